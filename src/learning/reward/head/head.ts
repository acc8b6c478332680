/**
 * The reward model `head`: one linear score on embeddings, learned from rankings. It trains in seconds without a GPU,
 * and judges the answers of any chat model. Keeps L1, L3, L5.
 *
 *     features.ts       an answer -> numbers: the embedding of conversation and answer, length, code, list …
 *     elements.ts       all preferences of one prompt together, as the InstructGPT paper has it
 *     bradley-terry.ts  the loss and its slope; lbfgs.ts goes down it
 *     ridge.ts          how strong the ridge is, by prompts that were held out
 *     head.ts           this file: an ensemble of heads, and how good they are
 *     normalise.ts      scores with demonstrations at mean 0; length.ts is the baseline that sees only length
 *     engine.ts         the engine of this name; trainer.ts runs in its process, dataset.ts reads what it learns from
 *     examine.ts        a finished head held against other rankings
 *     file.ts           a head as a file that names what it needs, and is whole or refused
 *     model.ts          a head and an embedder as a `RewardModel`
 *
 * Embeddings are frozen, so a head can learn no more than they tell, and it can come to like length or style. That is
 * why the baseline is always shown, and why a score never decides a promotion (rule L4).
 */
import { setImmediate } from 'node:timers/promises'
import { LearningError } from '#core/learning/engine.ts'
import { Random } from '../../local/random.ts'
import { bradleyTerry, leadsOf } from './bradley-terry.ts'
import { type Contrasts, contrastsOf, type Element, type Labels } from './elements.ts'
import { scalesOf } from './features.ts'
import type { Descent } from './lbfgs.ts'
import { fitLength, lengthAccuracy } from './length.ts'
import { accuracyOf, calibrationErrorOf, lossOf } from './measure.ts'
import { type Head, normalise } from './normalise.ts'
import { type RidgeTried, tryRidges } from './ridge.ts'

/** Below this a head is asked and recorded, and decides nothing: measured, its accuracy is within noise of chance. */
export const ENOUGH_PROMPTS = 200
/** With fewer there is nothing to hold out. */
const FEWEST_PROMPTS = 20
/** A mean and a spread of fewer say nothing. */
export const FEWEST_DEMONSTRATIONS = 10

/** Numbers of answers, see `featuresOf`. */
export interface HeadData {
  /** How many of an answer's numbers are its embedding. */
  readonly embedding: number
  readonly train: readonly Element<Float32Array>[]
  /** Never seen in training; may be empty. */
  readonly test: readonly Element<Float32Array>[]
  readonly demonstrations: readonly Float32Array[]
}

export interface HeadOptions {
  readonly seed: number
  /** Heads in the ensemble; the first sees every prompt, the others as many, drawn with repetition. */
  readonly heads: number
  readonly signal: AbortSignal
  /** Told after each ridge and each step of a fit. */
  readonly watch?: (values: Readonly<Record<string, number>>) => Promise<void>
}

export interface TrainedHead {
  /**
   * The first, which saw every prompt, gives the score: the mean of all would be wrong more often, because each of the
   * others saw fewer. They tell how sure a score is.
   */
  readonly heads: readonly Head[]
  /** `sigmoid(slope * (score - other score))` is the chance that people find the one better than the other. */
  readonly slope: number
  /** The baseline: a score that is this times the logarithm of the length. */
  readonly perLogLength: number
  readonly ridge: number
  /** Of rankings that were held out in training, and of the test split where there is one. */
  readonly metrics: Readonly<Record<string, number>>
}

/** @throws LearningError when there is too little to learn from, or training went astray. */
export async function trainHead(data: HeadData, options: HeadOptions): Promise<TrainedHead> {
  const { train, test, demonstrations, embedding } = data
  refuseTooLittle(data)
  const answers = train.flatMap((element) => element.answers)
  const scales = scalesOf(answers, embedding)
  const contrasts = contrastsOf(train, scales)
  const tried = await chooseRidge(contrasts, options)
  const fitted = await ensemble(contrasts, tried.ridge, options)
  // From here on for features as they come.
  const raw = fitted.map((weights) => weights.map((weight, j) => weight / (scales[j] ?? 1)))
  const { heads, spread } = normalise(raw, demonstrations)
  const { slope } = tried
  const perLogLength = fitLength(train, embedding)
  const trained = { heads, slope: slope * spread, perLogLength }
  return {
    ...{ ...trained, ridge: tried.ridge },
    metrics: {
      ...measure(tried.labels, tried.leads, slope),
      lengthAccuracy: lengthAccuracy(train, perLogLength, embedding),
      ...{ prompts: train.length, pairs: contrasts.better.length, demonstrations: demonstrations.length },
      ...(test.length === 0 ? {} : named('test', evaluateHead(trained, test, embedding))),
    },
  }
}

/** How a head does on rankings it has not seen. @throws LearningError when there are none */
export function evaluateHead(
  { heads, slope, perLogLength }: Pick<TrainedHead, 'heads' | 'slope' | 'perLogLength'>,
  elements: readonly Element<Float32Array>[],
  embedding: number,
): Readonly<Record<string, number>> {
  const weights = heads[0]?.weights ?? new Float64Array(0)
  const contrasts = contrastsOf(elements, new Float64Array(weights.length).fill(1))
  return {
    ...measure(contrasts, leadsOf(contrasts, weights), slope),
    lengthAccuracy: lengthAccuracy(elements, perLogLength, embedding),
    ...{ prompts: elements.length, pairs: contrasts.better.length },
  }
}

async function chooseRidge(contrasts: Contrasts, options: HeadOptions): Promise<RidgeTried> {
  let best: RidgeTried | undefined
  for (const tried of tryRidges(contrasts, new Random(options.seed, 'folds'))) {
    const { ridge, loss, labels, leads } = tried
    const accuracy = accuracyOf(labels, leads)?.share ?? 0.5
    await pause(options, { accuracy, heldOutLoss: finite(loss), ridge })
    if (best === undefined || loss < best.loss) best = tried
  }
  if (best === undefined) throw new Error('there is always a first ridge')
  return best
}

/** Weights of each head. The spread among them tells how much hangs on which prompts happened to be ranked. */
async function ensemble(
  contrasts: Contrasts,
  ridge: number,
  options: HeadOptions,
): Promise<readonly Float64Array[]> {
  const weights: Float64Array[] = []
  for (let head = 0; head < options.heads; head += 1) {
    const [start] = weights
    const steps = bradleyTerry({
      ...{ contrasts, ridge, times: timesOf(head, contrasts.elements, options.seed) },
      // What sets the others apart is their prompts, not the last digits of their weights.
      ...(start === undefined ? {} : { start, tolerance: 1e-3 }),
    })
    weights.push((await watched(steps, head, options)).at)
  }
  return weights
}

async function watched(
  steps: Generator<Descent, Descent>,
  head: number,
  options: HeadOptions,
): Promise<Descent> {
  for (;;) {
    const { done, value } = steps.next()
    if (done === true) return value
    const { iteration, value: loss, steepness } = value
    // One curve of loss in the pictures: that of the head which scores.
    const name = head === 0 ? 'loss' : 'ensembleLoss'
    await pause(options, { [name]: finite(loss), gradient: finite(steepness), iteration, head })
  }
}

/** How often each prompt counts. Drawn by prompt, because what is said of one prompt hangs together. */
function timesOf(head: number, elements: number, seed: number): Float64Array {
  if (head === 0) return new Float64Array(elements).fill(1)
  const random = new Random(seed, `head ${head}`)
  const times = new Float64Array(elements)
  for (let nth = 0; nth < elements; nth += 1) {
    const drawn = random.below(elements)
    times[drawn] = (times[drawn] ?? 0) + 1
  }
  return times
}

/** Lets everything else in the process have its turn, and whoever cancels too. */
async function pause(options: HeadOptions, values: Readonly<Record<string, number>>): Promise<void> {
  await options.watch?.(values)
  await setImmediate()
  options.signal.throwIfAborted()
}

function measure(labels: Labels, leads: Float64Array, slope: number): Readonly<Record<string, number>> {
  const accuracy = accuracyOf(labels, leads)
  if (accuracy === null)
    throw new LearningError(
      'Nobody preferred any answer to another: all rankings are ties. Collect more rankings.',
    )
  return {
    ...{ accuracy: accuracy.share, accuracyLow: accuracy.low, accuracyHigh: accuracy.high },
    loss: lossOf(labels, leads, slope),
    calibrationError: calibrationErrorOf(labels, leads, slope),
  }
}

const named = (prefix: string, values: Readonly<Record<string, number>>) =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      `${prefix}${name.charAt(0).toUpperCase()}${name.slice(1)}`,
      value,
    ]),
  )

function finite(value: number): number {
  if (Number.isFinite(value)) return value
  throw new LearningError(
    `Training went astray: the loss became ${value}. The embeddings hold numbers beyond reason; embed the dataset again.`,
  )
}

/** @throws LearningError with what is missing */
export function refuseTooLittle({
  train,
  demonstrations,
}: {
  readonly train: readonly unknown[]
  readonly demonstrations: readonly unknown[]
}): void {
  if (train.length < FEWEST_PROMPTS)
    throw new LearningError(
      `The dataset has ${train.length} ranked prompts to train on; a head needs ${FEWEST_PROMPTS}, and is of use from ` +
        `about ${ENOUGH_PROMPTS}. Collect more rankings, and build the dataset again.`,
    )
  if (demonstrations.length < FEWEST_DEMONSTRATIONS)
    throw new LearningError(
      `The dataset has ${demonstrations.length} demonstrations; ${FEWEST_DEMONSTRATIONS} are needed to know what a good ` +
        'answer scores. Build it with --kinds rank,sft from more dialogues.',
    )
}
