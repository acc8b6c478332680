/**
 * The reward model: the supervised network, whose head says at the end of a completion how good it is. All pairs of a
 * prompt are one element of a step (InstructGPT 3.5: shuffled pairs are learned by heart), and ties are left out.
 */
import { MAX_SCORE } from '#core/learning/reward/reward-model.ts'
import { standardised } from './advantage.ts'
import type { Network } from './network.ts'
import type { Weights } from './numerics.ts'
import { Random } from './random.ts'
import { attentionInput, lastInput, part, type Sequences, sequencesOf, tokensInput } from './sequences.ts'
import {
  batchOf,
  blocksOf,
  freeLearner,
  learnerBlocks,
  learnerOf,
  runSteps,
  some,
  stepsDone,
} from './stage.ts'
import type { Completion, Hooks, Model, Ranking, RewardOptions, Scorer, Trained } from './trainer.ts'

/** Rows that are scored at once. */
const SCORED = 64
/** Demonstrations whose scores make the scale: enough for a mean to a tenth of a deviation. */
const SCALE_ROWS = 128

/** @throws LearningError */
export async function trainReward(network: Network, options: RewardOptions, hooks: Hooks): Promise<Trained> {
  const { base, seed, batch, epochs, learningRate, resume } = options
  const { config, numerics } = network
  const rankings = some(options.rankings.filter(hasPairs), 'rankings with a better and a worse answer')
  const demonstrations = new Random(seed, 'reward scale').shuffled(
    some(options.demonstrations, 'demonstrations'),
  )
  const most = Math.max(...rankings.map(({ candidates }) => candidates.length))
  const perEpoch = Math.max(1, Math.floor(rankings.length / batch))
  const total = epochs * perEpoch
  const from = stepsDone('reward', total, resume)
  const learner = learnerOf(numerics, base.blocks, resume, 'reward', from)
  const score = scorerOf(network)
  const run = {
    ...({ stage: 'reward', total, from, hooks, checkpointEvery: options.checkpointEvery } as const),
    blocks: () => learnerBlocks(numerics, 'reward', learner),
  }
  try {
    const last = await runSteps(run, async (nth) => {
      const epoch = Math.floor(nth / perEpoch)
      const order = new Random(seed, `reward epoch ${epoch}`).shuffled(rankings)
      const chosen = batchOf(order, nth - epoch * perEpoch, batch)
      const loss = await network.trainPairs(learner, learningRate, pairInputs(network, chosen, most))
      const isEnd = (nth + 1) % perEpoch === 0
      return isEnd ? { loss, ...(await accuracyOf(score, learner.weights, options.heldOut)) } : { loss }
    })
    const scale = standardised(await score(learner.weights, demonstrations.slice(0, SCALE_ROWS)))
    // One demonstration, or many alike, say nothing of the spread.
    const deviation = scale.deviation > 1e-6 ? scale.deviation : 1
    const blocks = await blocksOf(numerics, learner.weights)
    return { model: { config, blocks, demonstrations: { mean: scale.mean, deviation } }, metrics: last }
  } finally {
    freeLearner(numerics, learner)
  }
}

/** Set off against demonstrations (rule L3). */
export function rewardScorer(network: Network, model: Model): Scorer {
  const score = scorerOf(network)
  const weights = network.numerics.weights(model.blocks)
  const { mean, deviation } = model.demonstrations ?? { mean: 0, deviation: 1 }
  return async (rows, signal) => {
    const scores = await score(weights, rows, signal)
    return scores.map((raw) => Math.max(-MAX_SCORE, Math.min(MAX_SCORE, (raw - mean) / deviation)))
  }
}

type Score = (weights: Weights, rows: readonly Completion[], signal?: AbortSignal) => Promise<number[]>

/** Raw numbers of the head. */
function scorerOf(network: Network): Score {
  const { config, vocabulary } = network
  return async (weights, rows, signal) => {
    const scores: number[] = []
    const sequences = sequencesOf(config, vocabulary, rows)
    for (let at = 0; at < rows.length; at += SCORED) {
      signal?.throwIfAborted()
      const read = await network.scores(weights, scoreInputs(network, part(config, sequences, at, SCORED)))
      scores.push(...read.subarray(0, rows.length - at))
    }
    return scores
  }
}

const scoreInputs = ({ config }: Network, sequences: Sequences) => ({
  tokens: tokensInput(config, sequences),
  attention: attentionInput(config, sequences),
  ends: lastInput(config, sequences),
})

/** @param most candidates that any prompt has: all steps are of one size. */
function pairInputs(network: Network, rankings: readonly Ranking[], most: number) {
  const rows: Completion[] = []
  const size = rankings.length * most
  const pairs = new Float32Array(size * size)
  for (const ranking of rankings) {
    const first = rows.length
    const strict = pairsOf(ranking)
    const weight = (ranking.weight ?? 1) / (strict.length * rankings.length)
    for (const [better, worse] of strict) pairs[(first + better) * size + first + worse] = weight
    for (let nth = 0; nth < most; nth += 1) {
      const { candidates, prompt } = ranking
      rows.push({ prompt, completion: candidates[nth % candidates.length] ?? '' })
    }
  }
  const sequences = sequencesOf(network.config, network.vocabulary, rows)
  return { ...scoreInputs(network, sequences), pairs: { shape: [size, size], values: pairs } }
}

/** Better and worse; answers that stand together make no pair. */
export function pairsOf({ order }: Ranking): readonly (readonly [better: number, worse: number])[] {
  return order.flatMap((group, nth) =>
    group.flatMap((better) =>
      order
        .slice(nth + 1)
        .flat()
        .map((worse) => [better, worse] as const),
    ),
  )
}

const hasPairs = (ranking: Ranking): boolean => pairsOf(ranking).length > 0

/** Share of the pairs that the scores put in the people's order; nothing where there are none. */
async function accuracyOf(
  score: Score,
  weights: Weights,
  rankings: readonly Ranking[],
): Promise<{ readonly accuracy?: number }> {
  const rows = rankings.flatMap(({ prompt, candidates }) =>
    candidates.map((completion) => ({ prompt, completion })),
  )
  const scores = await score(weights, rows)
  let at = 0
  const right: boolean[] = []
  for (const ranking of rankings) {
    const of = (nth: number): number => scores[at + nth] ?? Number.NaN
    for (const [better, worse] of pairsOf(ranking)) right.push(of(better) > of(worse))
    at += ranking.candidates.length
  }
  return right.length === 0 ? {} : { accuracy: right.filter(Boolean).length / right.length }
}
