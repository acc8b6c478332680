import type { Clock } from '#core/clock.ts'
import { Account, type Taken } from './account.ts'
import type { Limit } from './budget.ts'

/** Accounts beyond this are looked through for ones that can be forgotten: every thread may have one. */
const CROWD = 256

/** All accounts of a process, so that everything that writes to one workspace or channel shares one. */
export class Accounts {
  readonly #clock: Clock
  readonly #accounts = new Map<string, Account>()
  /** Grows with what could not be forgotten, so that looking through stays cheap. */
  #crowd = CROWD

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** @param name of what the platform counts, e.g. `slack T1 chat.update`; one name always has one limit. */
  account(name: string, limit: Limit): Account {
    const known = this.#accounts.get(name)
    if (known !== undefined) return known
    if (this.#accounts.size >= this.#crowd) this.#forgetIdle()
    const account = new Account(limit, this.#clock)
    this.#accounts.set(name, account)
    return account
  }

  #forgetIdle(): void {
    for (const [name, account] of this.#accounts) if (account.isIdle) this.#accounts.delete(name)
    this.#crowd = Math.max(CROWD, 2 * this.#accounts.size)
  }
}

/** Take room for one call on every account that counts it, or on none. */
export function takeAll(accounts: readonly Account[], by: object): Taken {
  const full = accounts.find((account) => !account.hasRoom)
  if (full !== undefined) return full.take(by)
  const takes = accounts.map((account) => account.take(by))
  return {
    ok: true,
    settle: () => {
      for (const taken of takes) if (taken.ok) taken.settle()
    },
  }
}
