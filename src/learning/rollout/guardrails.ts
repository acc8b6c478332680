/**
 * When a canary goes back by itself. A canary is a safety net and not the test that selects a model: a rise from 10 to
 * 13 % down-votes needs some 1,770 threads an arm to be seen, so the gate before it decides what is better (rule L4).
 */
import { probabilityAbove, type Tally } from './posterior.ts'

/** What was seen of one arm since the canary began. */
export interface ArmFigures {
  /** Replies that were shown. */
  readonly exposures: number
  readonly downVotes: number
  readonly failures: number
  /** 95th percentile of the time to the whole reply, milliseconds; absent below a hundred replies. */
  readonly p95Ms?: number
  /** Mean over replies. */
  readonly tokensPerReply?: number
}

export type Decision =
  | { readonly kind: 'keep'; readonly nextLookAt: number }
  | { readonly kind: 'roll back'; readonly reason: string }

/** A look at fewer would take chance for a finding. */
export const FIRST_LOOK = 200
/** Each look is a chance to be wrong: not after every reply. */
export const LOOK_EVERY = 50
/** Worse by less than this is nobody's trouble. */
const MARGIN = 0.02
const SURE = 0.95
const MOST_SLOWER = 1.5
const MOST_LONGER = 1.2

/** Whether it is time for a look: at the first one, and then every so many exposures. */
export const isLook = (exposures: number): boolean =>
  exposures >= FIRST_LOOK && (exposures - FIRST_LOOK) % LOOK_EVERY === 0

/** Pure: the same figures give the same decision, so that it can be shown afterwards. */
export function decide(canary: ArmFigures, production: ArmFigures): Decision {
  if (canary.exposures < FIRST_LOOK) return { kind: 'keep', nextLookAt: FIRST_LOOK }
  const reason =
    worseShare('down-votes', downVotes(canary), downVotes(production)) ??
    worseShare('failed replies', failures(canary), failures(production)) ??
    worseFigure('The slowest replies take', canary.p95Ms, production.p95Ms, MOST_SLOWER) ??
    worseFigure('Replies are', canary.tokensPerReply, production.tokensPerReply, MOST_LONGER)
  if (reason !== undefined) return { kind: 'roll back', reason }
  const looks = Math.floor((canary.exposures - FIRST_LOOK) / LOOK_EVERY) + 1
  return { kind: 'keep', nextLookAt: FIRST_LOOK + looks * LOOK_EVERY }
}

const downVotes = ({ downVotes: hits, exposures: of }: ArmFigures): Tally => ({ hits, of })
const failures = ({ failures: hits, exposures: of }: ArmFigures): Tally => ({ hits, of })

function worseShare(what: string, canary: Tally, production: Tally): string | undefined {
  if (probabilityAbove(canary, production, MARGIN) <= SURE) return undefined
  return `More ${what}: ${percent(canary)} of ${canary.of} against ${percent(production)} of ${production.of}.`
}

function worseFigure(
  what: string,
  canary: number | undefined,
  production: number | undefined,
  most: number,
): string | undefined {
  if (canary === undefined || production === undefined || canary <= production * most) return undefined
  return `${what} ${(canary / production).toFixed(1)} times as long as before; at most ${most} is allowed.`
}

const percent = ({ hits, of }: Tally): string => `${of === 0 ? 0 : Math.round((hits / of) * 100)} %`
