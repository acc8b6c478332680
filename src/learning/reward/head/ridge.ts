import type { Random } from '../../local/random.ts'
import { fitBradleyTerry, leadsOf } from './bradley-terry.ts'
import { type Contrasts, type Labels, labelsOf } from './elements.ts'
import { calibrate, lossOf } from './measure.ts'

/** From a head that knows nothing to one that knows its examples by heart; features have spread 1. */
const RIDGES = [10, 3, 1, 0.3, 0.1, 0.03, 0.01, 0.003] as const
/** Each prompt is held out once while there are few; a single fifth says enough of many, in a fifth of the time. */
const FOLDS = 5
const MANY_PROMPTS = 2_000
/** The valley is behind us. */
const WORSE_IN_A_ROW = 2
/** Enough to tell ridges apart. */
const TOLERANCE = 1e-3

export interface RidgeTried {
  readonly ridge: number
  /** See `calibrate`. */
  readonly slope: number
  /** Mean loss on prompts that were held out, at that slope: a ridge that only makes scores too bold or too shy is not worse. */
  readonly loss: number
  /** The prompts that were held out, and how far heads that had not seen them tell their answers apart. */
  readonly labels: Labels
  readonly leads: Float64Array
}

/**
 * The ridge whose heads are the least wrong about prompts they have not seen: prompts are split, never pairs.
 *
 * @param random what the split is drawn with (rule L5)
 * @returns each ridge as it is tried; whoever asks takes the one with the lowest loss
 */
export function* tryRidges(contrasts: Contrasts, random: Random): Generator<RidgeTried> {
  const folds = foldsOf(contrasts.elements, random).map((heldOut) => ({
    ...{ heldOut, weights: nothing(contrasts.dimensions) },
    times: timesWithout(heldOut, contrasts.elements),
  }))
  let best = Number.POSITIVE_INFINITY
  let worse = 0
  for (const ridge of RIDGES) {
    const leads = new Float64Array(contrasts.better.length)
    for (const fold of folds) {
      const { times, weights: start } = fold
      fold.weights = fitBradleyTerry({ contrasts, times, ridge, start, tolerance: TOLERANCE }).at
      const all = leadsOf(contrasts, fold.weights)
      for (const nth of fold.heldOut) {
        const from = contrasts.preferencesFrom[nth] ?? 0
        leads.set(all.subarray(from, contrasts.preferencesFrom[nth + 1]), from)
      }
    }
    const heldOut = labelsOf(
      contrasts,
      folds.flatMap((fold) => fold.heldOut),
      leads,
    )
    const slope = calibrate(heldOut.labels, heldOut.leads)
    const loss = lossOf(heldOut.labels, heldOut.leads, slope)
    yield { ridge, slope, loss, ...heldOut }
    worse = loss < best ? 0 : worse + 1
    best = Math.min(best, loss)
    if (worse >= WORSE_IN_A_ROW) return
  }
}

function foldsOf(elements: number, random: Random): readonly (readonly number[])[] {
  const order = random.shuffled(Array.from({ length: elements }, (_, nth) => nth))
  const folds = Array.from({ length: FOLDS }, (_, fold) => order.filter((_, nth) => nth % FOLDS === fold))
  return elements > MANY_PROMPTS ? folds.slice(0, 1) : folds
}

const nothing = (dimensions: number): Float64Array => new Float64Array(dimensions)

function timesWithout(heldOut: readonly number[], elements: number): Float64Array {
  const times = new Float64Array(elements).fill(1)
  for (const nth of heldOut) times[nth] = 0
  return times
}
