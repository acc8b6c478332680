/**
 * Who may write next on an account that several replies share, and when (rule D3). Pure: no clock, no I/O.
 *
 * An account is what a platform counts: `chat.update` of a workspace, edits in a channel. Times are milliseconds on
 * the caller's clock.
 */

import type { Step } from './pacing.ts'

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
  /** When each write of late is a window ago, soonest first. They may have stopped counting, with their window. */
  readonly recent: readonly number[]
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
  /** What its next write does. One that begins a message takes nothing from this account. */
  readonly step: Step
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
 * whole for longest. So a reply alone writes with the packet that is nearest to its time: up to half a usual gap before
 * it, or else with the next one, which is waited for as long as it usually takes. Early and late even out, and the pace
 * stays what it is.
 */
const EARLY = 0.5
const LATE = 1
/** Room that comes back within this counts as reserved: a last write that comes at the worst moment waits so long. */
const SOON_MS = 2_500

/** Which reply writes next: the one with the oldest unseen text, as soon as the account bears it. */
export function nextTurn(state: AccountState, waiting: readonly Waiting[], now: number): Turn {
  const [first, ...others] = waiting
  if (first === undefined) return { do: 'rest' }
  const room = Math.max(state.blockedUntil, roomAt(state), state.lastTurn + (state.limit.leastGapMs ?? 0))
  const from = Math.max(now, room)
  const due = dueAt(state, waiting.length, from)
  if (others.length > 0) return nextInCrowd(waiting, Math.max(from, due), now)
  switch (first.step) {
    case 'grow':
      return withPacket(first, state.lastTurn, due, from, now)
    case 'fill':
      // All that the message can show is there, and the sooner it stands, the sooner comes the free write behind it.
      return grantedAt(from, from, 0, now)
    case 'begin':
      return withPacket(first, state.lastTurn, halfway(state.lastTurn, Math.max(room, due)), now, now)
  }
}

/** In a crowd the next write is for somebody else, whose packets know nothing of this one's. */
function nextInCrowd(waiting: readonly Waiting[], due: number, now: number): Turn {
  const free = waiting.findIndex(({ step }) => step === 'begin')
  if (free !== -1) return { do: 'grant', index: free }
  const oldest = waiting.reduce((least, one) => (one.since < least.since ? one : least))
  return grantedAt(due, due, waiting.indexOf(oldest), now)
}

/** A write that is due at a time, moved to a packet near it; by no more than there is between it and the one before. */
function withPacket(
  { newest, usualGapMs }: Waiting,
  last: number,
  due: number,
  from: number,
  now: number,
): Turn {
  const gap = Number.isFinite(last) ? Math.min(usualGapMs, Math.max(0, due - last)) : usualGapMs
  const early = due - EARLY * gap
  return grantedAt(Math.max(from, newest >= early ? from : due + LATE * gap), Math.max(from, early), 0, now)
}

const grantedAt = (at: number, heardFrom: number, index: number, now: number): Turn =>
  at > now ? { do: 'wait', ms: at - now, heardFrom } : { do: 'grant', index }

/** A free write halves the gap between two that are charged. */
const halfway = (last: number, next: number): number => (last + next) / 2

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

/**
 * Time between two growing writes: the widest of the even paces that never run dry before room comes back, and as much
 * faster or slower as few or many wait, while little was spent lately. On a busy account the pace is even.
 */
function spacing(state: AccountState, replies: number, now: number): number {
  const idle = replies === 1 ? ALONE : TOGETHER
  const { limit, bears, returns, recent } = state
  let room = bears - state.promised - after(returns, now)
  const reserve = reserveOf(state)
  let even = limit.windowMs / bears
  for (const at of returns) {
    if (at > now + limit.windowMs) break
    if (at <= now) continue
    if (room > 0) even = Math.max(even, (at - now) / room)
    if (room > reserve) even = Math.max(even, (at - SOON_MS - now) / (room - reserve))
    room += 1
  }
  // With the write that is asked for: the last of five is as good as all.
  const spent = Math.min(1, (after(recent, now) + 1) / bears)
  return even * (idle + (1 - idle) * spent)
}

/** One write at least remains for what grows, or it would never come. */
const reserveOf = ({ limit, bears }: AccountState): number => Math.min(limit.reserve, Math.max(0, bears - 1))

/** How many of these are later than this. */
function after(times: readonly number[], now: number): number {
  const first = times.findIndex((at) => at > now)
  return first === -1 ? 0 : times.length - first
}

/** When fewer than this many writes count: long ago, at the end of one of them, or when one under way has ended. */
function fallsBelow(most: number, { returns }: AccountState): number {
  if (most > returns.length) return Number.NEGATIVE_INFINITY
  return returns[Math.floor(returns.length - most)] ?? Number.POSITIVE_INFINITY
}
