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
  /** When the newest packet came, and how long after one the next comes, usually. Zero while unknown. */
  readonly newest: number
  readonly usualGapMs: number
}

export type Turn =
  | { readonly do: 'grant'; readonly index: number }
  /** Look again after so long, or when a packet comes for one who waits at `heardFrom` or later. */
  | { readonly do: 'wait'; readonly ms: number; readonly heardFrom: number }
  | { readonly do: 'rest' }

/**
 * Pace on an idle account, as a share of the even spacing; it becomes even as room is spent. One reply alone begins
 * faster: nobody knows how long it will be, and what a short one gains a long one hardly misses. Where several wait,
 * they begin slower: last writes come unasked on top of the pace, and what a lonely minute spends is what the crowd of
 * the next one lacks, since room comes back when it was spent a window ago.
 */
const ALONE = 0.75
const TOGETHER = 1.3
/**
 * A write comes with a packet: right behind one, more is not to be expected for a while, and what is written stays
 * whole for longest. So a reply alone may write so many usual gaps before its time if a packet has come, and otherwise
 * waits for one as long beyond it. Early and late even out, and the pace stays what it is.
 */
const LEEWAY = 0.7
/** Room that comes back within this counts as reserved: a last write that comes at the worst moment waits so long. */
const SOON_MS = 2_500

/** Which reply writes next: the one with the oldest unseen text, as soon as the account bears it. */
export function nextTurn(state: AccountState, waiting: readonly Waiting[], now: number): Turn {
  const [first, ...others] = waiting
  if (first === undefined) return { do: 'rest' }
  const oldest = others.reduce((least, one) => (one.since < least.since ? one : least), first)
  const gapOver = state.lastTurn + (state.limit.leastGapMs ?? 0)
  const from = Math.max(now, state.blockedUntil, roomAt(state), gapOver)
  const due = dueAt(state, waiting.length, from)
  // In a crowd the next write is for somebody else, whose packets know nothing of this one's.
  const leeway = waiting.length === 1 ? LEEWAY * oldest.usualGapMs : 0
  const at = Math.max(from, oldest.newest >= due - leeway ? from : due + leeway)
  if (at > now) return { do: 'wait', ms: at - now, heardFrom: Math.max(from, due - leeway) }
  return { do: 'grant', index: waiting.indexOf(oldest) }
}

/**
 * When the pace asks for the next growing write, seen from a time on at which there is room; before it when it is
 * overdue. The pace quickens while one waits, since room comes nearer, so the moment is searched for.
 */
function dueAt(state: AccountState, replies: number, from: number): number {
  if (!Number.isFinite(from)) return from
  const due = (at: number) => state.lastTurn + spacing(state, replies, at)
  let [early, late] = [from, due(from)]
  if (late <= from) return late
  while (late - early > 1) {
    const middle = (early + late) / 2
    if (due(middle) <= middle) late = middle
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
 * Time between two growing writes: the widest of the even paces that never run dry before room comes back, and as much
 * faster or slower as few or many wait, while little was spent lately. On a busy account the pace is even.
 */
function spacing(state: AccountState, replies: number, now: number): number {
  const idle = replies === 1 ? ALONE : TOGETHER
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
  return even * (idle + (1 - idle) * spent)
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
