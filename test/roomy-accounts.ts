import type { Clock } from '#core/clock.ts'
import type { Account } from '#core/delivery/account.ts'
import { Accounts } from '#core/delivery/accounts.ts'
import type { Limit } from '#core/delivery/budget.ts'

/**
 * Accounts on which what replies spend together comes back sooner, so that a scenario of hundreds of messages need not
 * take minutes. On the clock of those who wait: a clock of its own would tell them times that are not theirs.
 */
export class RoomyAccounts extends Accounts {
  readonly #speed: number

  /** @param speed how much shorter every window is. */
  constructor(clock: Clock, speed: number) {
    super(clock)
    this.#speed = speed
  }

  override account(name: string, limit: Limit): Account {
    return super.account(name, { ...limit, windowMs: limit.windowMs / this.#speed })
  }
}
