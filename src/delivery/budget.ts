/**
 * Who may write next on an account that several replies share, and when (rule D3). Pure: no clock, no I/O.
 *
 * An account is what a platform counts: `chat.update` of a workspace, edits in a channel. Times are milliseconds on
 * the caller's clock.
 */

/** What a platform bears on an account. */
export interface Limit {
  /** Writes in any window; `Infinity` where the platform counts nothing. */
  readonly writes: number
  readonly windowMs: number
  /** Room that growing writes leave, for writes that should not wait: a reply's first and last. */
  readonly reserve: number
  /** Never two growing writes sooner after each other, however much room there is. */
  readonly leastGapMs?: number
}

export interface AccountState {
  readonly limit: Limit
  /** Writes a window that we believe in now: the limit, or less after the platform refused. */
  readonly bears: number
  /** When each write that counts now stops counting, soonest first; `Infinity` while it is under way. */
  readonly returns: readonly number[]
  /** Writes that were promised room and have not begun. */
  readonly promised: number
  /** When the newest growing write was let through. */
  readonly lastTurn: number
  /** The platform asked for silence until this. */
  readonly blockedUntil: number
}

/** A reply that has text its reader does not see. */
export interface Waiting {
  /** When the oldest unseen character came. */
  readonly since: number
}

export type Turn =
  | { readonly do: 'grant'; readonly index: number }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'rest' }

/**
 * Pace on an idle account, as a share of the even spacing. Nobody knows how long a reply will be: fast at first is
 * near the best for a short one, and what it takes from a long one is little, since the pace widens as room is spent.
 */
const FASTEST = 0.35
/** How suddenly the pace becomes even as room is spent: late, so that bursts with pauses between are shown at once. */
const BEND = 2
/** How much more even the pace is for many replies: with the root of their number. */
const CALM = 0.5
/** Room that comes back within this counts as reserved: a last write that comes at the worst moment waits so long. */
const SOON_MS = 1_300

/** Which reply writes next: the one with the oldest unseen text, as soon as the account bears it. */
export function nextTurn(state: AccountState, waiting: readonly Waiting[], now: number): Turn {
  const [first, ...others] = waiting
  if (first === undefined) return { do: 'rest' }
  const at = dueAt(state, waiting.length, Math.max(now, state.blockedUntil, roomAt(state)))
  if (at > now) return { do: 'wait', ms: at - now }
  const oldest = others.reduce((least, { since }) => Math.min(least, since), first.since)
  return { do: 'grant', index: waiting.findIndex(({ since }) => since === oldest) }
}

/**
 * When the pace allows the next growing write, from a time on at which there is room. The pace quickens while one
 * waits, since room comes nearer, so the moment is searched for.
 */
function dueAt(state: AccountState, replies: number, from: number): number {
  const isDue = (at: number) => at >= state.lastTurn + spacing(state, replies, at)
  if (!Number.isFinite(from) || isDue(from)) return from
  let [early, late] = [from, state.lastTurn + spacing(state, replies, from)]
  while (late - early > 1) {
    const middle = (early + late) / 2
    if (isDue(middle)) late = middle
    else early = middle
  }
  return late
}

/**
 * When an account bears a write that should not wait; `now` or before when it does already.
 * `Infinity` while only the end of writes under way can tell.
 */
export const freeAt = (state: AccountState): number =>
  Math.max(state.blockedUntil, fallsBelow(state.bears, state))

/** When growing writes find room beside what is promised and what is reserved, or comes back in time to be. */
function roomAt(state: AccountState): number {
  const most = state.bears - state.promised
  return Math.max(fallsBelow(most, state), fallsBelow(most - reserveOf(state), state) - SOON_MS)
}

/** Room for growing writes at a time. */
function roomFor(state: AccountState, now: number): number {
  const used = Math.max(counting(state, now), counting(state, now + SOON_MS) + reserveOf(state))
  return state.bears - state.promised - used
}

/**
 * Time between two growing writes: the widest of the even paces that never run dry before room comes back, and faster
 * than that while little was spent lately. So a reply on an idle account begins fast and widens its pace, and on a
 * busy one the pace is even.
 */
function spacing(state: AccountState, replies: number, now: number): number {
  // Many replies together are sure to need what one alone may leave: the more wait, the more even the pace.
  const fastest = 1 - (1 - FASTEST) / replies ** CALM
  const { limit, bears, returns } = state
  let room = roomFor(state, now)
  let even = limit.windowMs / bears
  for (const at of returns) {
    if (at > now + limit.windowMs) break
    if (at <= now) continue
    if (room > 0) even = Math.max(even, (at - now) / room)
    room += 1
  }
  // With the write that is asked for: the last of five is as good as all.
  const spent = Math.min(1, (counting(state, now) + 1) / bears)
  return Math.max(limit.leastGapMs ?? 0, even * (fastest + (1 - fastest) * spent ** BEND))
}

/** One write at least remains for what grows, or it would never come. */
const reserveOf = ({ limit, bears }: AccountState): number => Math.min(limit.reserve, Math.max(0, bears - 1))

/** How many writes count at a time. */
function counting({ returns }: AccountState, now: number): number {
  const first = returns.findIndex((at) => at > now)
  return first === -1 ? 0 : returns.length - first
}

/** When fewer than this many writes count: long ago, at the end of one of them, or when one under way has ended. */
function fallsBelow(most: number, { returns }: AccountState): number {
  if (most > returns.length) return Number.NEGATIVE_INFINITY
  return returns[Math.floor(returns.length - most)] ?? Number.POSITIVE_INFINITY
}
