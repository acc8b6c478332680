import type { Account } from '#core/delivery/account.ts'
import { Accounts } from '#core/delivery/accounts.ts'
import type { Limit } from '#core/delivery/budget.ts'
import type { ReplySurface } from '#core/delivery/surface.ts'
import type { EventClock } from './event-clock.ts'
import type { Network, RoundTrip } from './network.ts'

/** Where replies are delivered to: a real surface over a platform that keeps its limits and nothing else. */
export interface OpenedPlatform {
  readonly tally: { readonly writes: number; readonly refused: number }
  open(nth: number): ReplySurface
  /** Set where a write ends before the reader sees it: how long the way to the reader takes. */
  readonly onItsWay?: RoundTrip
}

export interface PlatformDeps {
  readonly clock: EventClock
  readonly network: Network
  readonly roundTrip: RoundTrip
  /** False: the surfaces charge nothing, for policies that know no accounts. The platform keeps its limits. */
  readonly limited: boolean
}

export type OpenPlatform = (deps: PlatformDeps) => OpenedPlatform

const UNLIMITED: Limit = { writes: Number.POSITIVE_INFINITY, windowMs: 1, reserve: 0 }

class Uncounted extends Accounts {
  override account(name: string): Account {
    return super.account(name, UNLIMITED)
  }
}

export const countedAccounts = (clock: EventClock, limited: boolean): Accounts =>
  limited ? new Accounts(clock) : new Uncounted(clock)
