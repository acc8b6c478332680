import {
  clusteredProportion,
  NO_CLUSTERS,
  type Proportion,
  withCluster,
} from '#core/feedback/statistics/proportion.ts'
import { sigmoid, softplus } from '../logistic.ts'
import type { Labels } from './elements.ts'

/** The steepest calibration that is looked for; beyond it preferences are as good as certain. */
const STEEPEST = 1_000
const HALVINGS = 60
/** Equal steps of the stated chance, from .5 to 1. */
const BINS = 10

/**
 * Of the preferences with a majority, how many the leads agree with. Preferences of one prompt hang together, which
 * the bounds allow for.
 *
 * @param leads score of the better answer minus that of the worse one, see `leadsOf`
 */
export function accuracyOf(labels: Labels, leads: Float64Array): Proportion | null {
  let sums = NO_CLUSTERS
  for (let nth = 0; nth < labels.elements; nth += 1) {
    let [hits, of] = [0, 0]
    const end = labels.preferencesFrom[nth + 1] ?? 0
    for (let at = labels.preferencesFrom[nth] ?? 0; at < end; at += 1) {
      const share = labels.share[at] ?? 0.5
      if (share === 0.5) continue
      const lead = (leads[at] ?? 0) * Math.sign(share - 0.5)
      hits += lead > 0 ? 1 : lead === 0 ? 0.5 : 0
      of += 1
    }
    sums = withCluster(sums, { hits, of })
  }
  return clusteredProportion(sums)
}

/** Mean loss per unit of weight when the chance is `sigmoid(slope * lead)`; log 2 is that of knowing nothing. */
export function lossOf({ share, weight }: Labels, leads: Float64Array, slope = 1): number {
  let [loss, total] = [0, 0]
  for (let at = 0; at < leads.length; at += 1) {
    const lead = slope * (leads[at] ?? 0)
    loss += (weight[at] ?? 0) * (softplus(-lead) + (1 - (share[at] ?? 1)) * lead)
    total += weight[at] ?? 0
  }
  return loss / total
}

/**
 * The slope at which `sigmoid(slope * lead)` is the chance that was seen: scores as they are fitted are too sure of
 * themselves. There is no intercept, because swapping the two answers must swap the chances. 0 when the leads tell
 * nothing.
 */
export function calibrate({ share, weight }: Labels, leads: Float64Array): number {
  const rises = (slope: number): boolean => {
    let sum = 0
    for (let at = 0; at < leads.length; at += 1) {
      const lead = leads[at] ?? 0
      sum += (weight[at] ?? 0) * lead * (sigmoid(slope * lead) - (share[at] ?? 1))
    }
    return sum >= 0
  }
  let [low, high] = [0, STEEPEST]
  if (rises(low)) return 0
  for (let nth = 0; nth < HALVINGS; nth += 1) {
    const middle = (low + high) / 2
    if (rises(middle)) high = middle
    else low = middle
  }
  return (low + high) / 2
}

/** How far the stated chance lies from the share that was seen, on average (expected calibration error). */
export function calibrationErrorOf({ share, weight }: Labels, leads: Float64Array, slope: number): number {
  const bins = Array.from({ length: BINS }, () => ({ stated: 0, seen: 0, weight: 0 }))
  let total = 0
  for (let at = 0; at < leads.length; at += 1) {
    const chance = sigmoid(slope * (leads[at] ?? 0))
    // Each preference is told from the side that the model takes.
    const [stated, seen] = chance >= 0.5 ? [chance, share[at] ?? 1] : [1 - chance, 1 - (share[at] ?? 1)]
    const bin = bins[Math.min(BINS - 1, Math.floor((stated - 0.5) * 2 * BINS))]
    const counts = weight[at] ?? 0
    if (bin === undefined) continue
    bin.stated += counts * stated
    bin.seen += counts * seen
    bin.weight += counts
    total += counts
  }
  return bins.reduce((sum, bin) => sum + Math.abs(bin.stated - bin.seen), 0) / total
}
