import { beforeAll, expect, test } from 'vitest'
import { LearningError } from '#core/learning/engine.ts'
import { openTrainer } from '#core/learning/local/open.ts'
import type { Checkpoint, Hooks, Model, Trainer } from '#core/learning/local/trainer.ts'
import { hooks, rows, say, stages } from './given.ts'

const SEED = 7
let trainer: Trainer
/** A run of all stages, which others are compared with. */
let whole: Run

interface Run {
  readonly figures: readonly Readonly<Record<string, number>>[]
  readonly checkpoints: readonly Checkpoint[]
  readonly models: { readonly sft: Model; readonly reward: Model; readonly ppo: Model }
}

async function run(seed: number): Promise<Run> {
  const figures: Readonly<Record<string, number>>[] = []
  const checkpoints: Checkpoint[] = []
  const watched: Hooks = hooks({
    metric: (_step, _total, values) => void figures.push(values),
    checkpoint: (checkpoint) => void checkpoints.push(checkpoint),
  })
  const { sft, reward, ppo } = stages(trainer, seed)
  const often = { checkpointEvery: 2 }
  const one = await trainer.sft({ ...sft, ...often }, watched)
  const two = await trainer.reward({ ...reward(one.model), ...often }, watched)
  const three = await trainer.ppo({ ...ppo(one.model, two.model), ...often }, watched)
  return { figures, checkpoints, models: { sft: one.model, reward: two.model, ppo: three.model } }
}

beforeAll(async () => {
  trainer = await openTrainer()
  whole = await run(SEED)
})

test('L5: the same seed gives the same numbers in every stage, another seed others', async () => {
  expect(await run(SEED)).toEqual(whole)
  const other = await trainer.sft(stages(trainer, SEED + 1).sft, hooks())
  expect(other.model).not.toEqual(whole.models.sft)
})

test('L5: what goes on from a checkpoint comes to the very same numbers', async () => {
  const { sft, reward, ppo } = stages(trainer, SEED)
  const { models, checkpoints } = whole
  const last = (stage: Checkpoint['stage']): Checkpoint => {
    const found = checkpoints.findLast((checkpoint) => checkpoint.stage === stage)
    if (found === undefined) throw new Error(`There is no checkpoint of ${stage}.`)
    return found
  }
  const again = {
    sft: await trainer.sft({ ...sft, resume: last('sft') }, hooks()),
    reward: await trainer.reward({ ...reward(models.sft), resume: last('reward') }, hooks()),
    ppo: await trainer.ppo({ ...ppo(models.sft, models.reward), resume: last('ppo') }, hooks()),
  }
  expect(last('sft').step).toBe(4)
  expect(again.sft.model).toEqual(models.sft)
  expect(again.reward.model).toEqual(models.reward)
  expect(again.ppo.model).toEqual(models.ppo)
})

test('demonstrations become likelier, and what people rank higher scores higher', () => {
  const losses = whole.figures.slice(0, 6).map(({ loss }) => loss ?? Number.NaN)
  expect(losses.at(-1)).toBeLessThan((losses[0] ?? 0) * 0.8)
  expect(whole.figures.find(({ accuracy }) => accuracy !== undefined)?.accuracy).toBeGreaterThan(0.5)
})

test('L3: demonstrations score 0 on the mean, with deviation 1', async () => {
  const scores = await trainer.scorer(whole.models.reward)(rows, new AbortController().signal)
  const mean = scores.reduce((sum, each) => sum + each, 0) / scores.length
  expect(Math.abs(mean)).toBeLessThan(1e-6)
  expect(scores.reduce((sum, each) => sum + each ** 2, 0) / scores.length).toBeCloseTo(1, 6)
})

test('PPO begins at the supervised model, and moves away from it', async () => {
  const kls = whole.figures.flatMap(({ kl }) => (kl === undefined ? [] : [kl]))
  expect(kls[0]).toBe(0)
  const prompts = rows.map(({ prompt }) => prompt)
  const options = { seed: SEED, temperature: 1, batch: 4 }
  const { sft, ppo } = whole.models
  expect(await trainer.divergence(sft, sft, prompts, options)).toBe(0)
  expect(await trainer.divergence(ppo, sft, prompts, options)).not.toBe(0)
})

test('a policy answers as many prompts as it was asked, the same for the same seed', async () => {
  const policy = trainer.policy(whole.models.sft, 4)
  const prompts = ['abc', 'de', 'b', 'c', 'a letter the window has no room for'.replace(/[^a-h ]/g, '')].map(
    say,
  )
  const options = { seed: SEED, temperature: 1 }
  const answers = await policy.sample(prompts, options)
  expect(answers).toHaveLength(5)
  expect(await policy.sample(prompts, options)).toEqual(answers)
  const likeliest = { ...options, temperature: 0 }
  expect(await policy.sample(prompts, { ...likeliest, seed: 1 })).toEqual(
    await policy.sample(prompts, likeliest),
  )
  const short = await policy.sample(prompts, { ...options, maxTokens: 1 })
  expect(Math.max(...short.map((answer) => answer.length))).toBeLessThanOrEqual(1)
})

test('a reward that is no number ends the job, with the next step', async () => {
  const { ppo } = stages(trainer, SEED)
  const { sft, reward } = whole.models
  const broken = trainer.ppo(
    { ...ppo(sft, reward), reward: async (all) => all.map(() => Number.NaN) },
    hooks(),
  )
  await expect(broken).rejects.toThrow(LearningError)
  await expect(broken).rejects.toThrow(/step 1 of 3/)
})

test('a loss that is no number ends the job, with the next step', async () => {
  const { sft } = stages(trainer, SEED)
  const broken = trainer.sft({ ...sft, learningRate: Number.MAX_VALUE }, hooks())
  await expect(broken).rejects.toThrow(/loss is NaN at step \d of 6. .*lower learning rate/)
})

test('a job stops between two steps when it is told to', async () => {
  const stopping = new AbortController()
  const { sft } = stages(trainer, SEED)
  let steps = 0
  const stopped = trainer.sft(
    sft,
    hooks({
      signal: stopping.signal,
      metric: () => {
        steps += 1
        if (steps === 2) stopping.abort(new Error('enough'))
      },
    }),
  )
  await expect(stopped).rejects.toThrow('enough')
  expect(steps).toBe(2)
})

test('nothing to learn from, and a checkpoint of something else, are told', async () => {
  const { sft, reward } = stages(trainer, SEED)
  const { models, checkpoints } = whole
  const [first] = checkpoints
  await expect(trainer.sft({ ...sft, demonstrations: [] }, hooks())).rejects.toThrow(/no demonstrations/)
  const ties = [{ prompt: say('a'), candidates: ['b', 'c'], order: [[0, 1]] }]
  await expect(trainer.reward({ ...reward(models.sft), rankings: ties }, hooks())).rejects.toThrow(
    /no rankings with a better and a worse answer/,
  )
  if (first === undefined) throw new Error('There is no checkpoint.')
  await expect(trainer.reward({ ...reward(models.sft), resume: first }, hooks())).rejects.toThrow(
    /step 2 of sft.* Begin this job anew/,
  )
  const single = trainer.ppo({ ...stages(trainer, SEED).ppo(models.sft, models.reward), batch: 1 }, hooks())
  await expect(single).rejects.toThrow(/takes 2 completions at least/)
  expect(() => trainer.policy({ ...models.sft, config: { ...sft.config, heads: 3 } }, 1)).toThrow(
    /heads divide the width/,
  )
  const other = { ...sft.config, width: 32 }
  await expect(trainer.sft({ ...sft, config: other, resume: first }, hooks())).rejects.toThrow(
    /is of another model/,
  )
})
