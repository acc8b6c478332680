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
  /** Longest message, in characters of these streams. */
  readonly message: number
  /** Writes charged to other accounts that a further message brings: its first one, and a stream's last one. */
  readonly freePerMessage: number
}

const calls: Pick<Rate, 'takes'> = { takes: (roundTrip) => ({ busy: roundTrip, visible: roundTrip }) }

const perMinute = (writes: number, lastIsFree: boolean, mostFree: number): Rate => ({
  ...calls,
  ...{ blockMs: 60_000, most: () => writes, holds: 'each', lastIsFree, leastGapMs: 0, mostFree },
})

/** Counted in windows of five seconds that begin with a write. */
const DISCORD: Rate = {
  ...calls,
  ...{ blockMs: 5_000, most: () => 5, holds: 'from start', lastIsFree: false, leastGapMs: 0, mostFree: 10 },
}

/** No limit but what the eye can see, which the surface states itself. */
const WEB: Rate = {
  ...{
    blockMs: 60_000,
    most: () => Number.MAX_SAFE_INTEGER,
    holds: 'each',
    lastIsFree: true,
    leastGapMs: 80,
    mostFree: 0,
  },
  takes: (roundTrip) => ({ busy: STORE_MS, visible: STORE_MS + roundTrip / 2 }),
}

const slack = { message: 9_000, shared: true }
const discord = { message: 1_998, freePerMessage: 1, rate: DISCORD }

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
  { name: 'web', open: openWeb, rate: WEB, message: 200_000, freePerMessage: 1, shared: false },
]
