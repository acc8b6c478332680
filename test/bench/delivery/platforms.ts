import { PART_LIMIT } from '#adapters/discord/contents.ts'
import { createSplitter } from '#core/delivery/split.ts'
import type { Rate } from './bound.ts'
import { openDiscord } from './discord.ts'
import type { OpenPlatform } from './platform.ts'
import { openSlack } from './slack.ts'
import { openWeb, STORE_MS } from './web.ts'

export interface Subject {
  readonly name: string
  readonly open: OpenPlatform
  /** The limit of growing writes that replies alone or together are held to. */
  readonly rate: Rate
  /** Whether replies that are written at the same time are held to it together. */
  readonly shared: boolean
  /** Where a reply goes on in a further message, in characters of these streams. */
  readonly cuts: (text: string) => readonly number[]
  /** Writes charged to other accounts that a further message brings: its first one, and a stream's last one. */
  readonly freePerMessage: number
}

const calls: Pick<Rate, 'takes'> = { takes: (roundTrip) => ({ busy: roundTrip, visible: roundTrip }) }

/**
 * Calls are counted in a minute that slides, half a round trip after they begin. So calls that begin in a stretch this
 * long are counted within a minute: halves of round trips differ by 50 ms at most, and a call is taken to begin with
 * its cell, up to 10 ms sooner.
 */
const SURE_MINUTE_MS = 59_940
const STEPS = 6

const perMinute = (most: number, lastIsFree: boolean, mostFree: number): Rate => ({
  ...calls,
  ...{ stepMs: SURE_MINUTE_MS / STEPS, stretchSteps: STEPS, most, holds: 'any stretch' },
  ...{ lastIsFree, leastGapMs: 0, mostFree },
})

/**
 * Counted in windows of five seconds that begin with a write: `windows.ts` holds each of them. The sum from the start on
 * holds as well: the first edit begins a round trip after the first token at the soonest, longer than halves of round
 * trips and cells can differ, so its window is not over sooner than five seconds after the token.
 */
const DISCORD: Rate = {
  ...calls,
  ...{ stepMs: 5_000, stretchSteps: 1, most: 5, holds: 'from start' },
  ...{ lastIsFree: false, leastGapMs: 0, mostFree: 10 },
}

/** No limit but what the eye can see, which the surface states itself. */
const WEB: Rate = {
  ...{
    stepMs: 60_000,
    stretchSteps: 1,
    most: Number.POSITIVE_INFINITY,
    holds: 'any stretch',
    lastIsFree: true,
    leastGapMs: 80,
    mostFree: 0,
  },
  takes: (roundTrip) => ({ busy: STORE_MS, visible: STORE_MS + roundTrip / 2 }),
}

/** Full messages. */
const each =
  (size: number) =>
  (text: string): readonly number[] =>
    Array.from({ length: Math.floor(text.length / size) }, (_, nth) => (nth + 1) * size)

/** Every message begins with a free write, and cuts at nice places make more of them than full messages would be. */
function asWritten(text: string): readonly number[] {
  let at = 0
  const parts = createSplitter(PART_LIMIT, { early: true }).parts(text)
  return parts.slice(0, -1).map((part) => {
    at += part.length
    return at
  })
}

const slack = { cuts: each(9_000), shared: true }
const discord = { cuts: asWritten, freePerMessage: 1, rate: DISCORD }

export const SUBJECTS: readonly Subject[] = [
  {
    ...slack,
    name: 'slack-stream',
    open: openSlack(true),
    rate: perMinute(100, true, 40),
    freePerMessage: 2,
  },
  {
    ...slack,
    name: 'slack-edit',
    open: openSlack(false),
    rate: perMinute(50, false, 300),
    freePerMessage: 1,
  },
  { ...discord, name: 'discord', open: openDiscord(false), shared: false },
  { name: 'web', open: openWeb, rate: WEB, cuts: each(200_000), freePerMessage: 1, shared: false },
]
