import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { rewardAccuracyOf } from '#core/learning/evaluation/reward-accuracy.ts'
import { RunDirectory } from '#core/learning/jobs/run-directory.ts'
import { Random } from '#core/learning/local/random.ts'
import { agreementIn, agreementOf, sayAgainstRaters } from '#core/learning/reward/agreement.ts'
import type { RankRow } from '#core/learning/reward/head/rankings.ts'
import { build, folder, ranked } from '#test/learning/dataset/given.ts'

const row = (name: string, answers: readonly string[], order: number[][]): RankRow => ({
  prompt: [{ role: 'user', content: name }],
  candidates: answers.map((content) => ({ role: 'assistant', content })),
  ...{ order, all_bad: false, weight: 0.5 },
})

test('of two people who ranked the same answers, how many preferences are the same; ties say nothing', () => {
  const abc = ['a', 'b', 'c']
  expect(
    agreementOf([
      row('one', abc, [[0], [1], [2]]),
      row('one', abc, [[0], [2], [1]]),
      // Of three pairs one is tied by the second person.
      row('two', abc, [[0], [1], [2]]),
      row('two', abc, [[0, 1], [2]]),
      // The same prompt with other answers is another comparison.
      row('two', ['d', 'e'], [[0], [1]]),
    ]),
  ).toMatchObject({ hits: 2 + 2, of: 3 + 2 })
  expect(agreementOf([row('one', abc, [[0], [1], [2]]), row('two', abc, [[2], [1], [0]])])).toBeUndefined()
})

test('raters who are right 73 times in 100 agree in 61, and the best model could be right in 73', () => {
  const seed = 5
  const random = new Random(seed, 'raters')
  const rank = (): number[][] => (random.next() < 0.73 ? [[0], [1]] : [[1], [0]])
  const rows = Array.from({ length: 5_000 }, (_, nth) => `${nth}`).flatMap((name) => [
    ...[row(name, ['better', 'worse'], rank()), row(name, ['better', 'worse'], rank())],
  ])
  const agreement = agreementOf(rows)?.share ?? 0
  console.info(`seed ${seed}: agreement ${agreement.toFixed(3)}`)
  expect(Math.abs(agreement - 0.606)).toBeLessThan(0.02)
})

test('a reward model is held against it in plain words, or it is said why that cannot be', () => {
  expect(sayAgainstRaters({ accuracy: 0.712, agreement: 0.739 })).toBe(
    'right in 71 of 100; raters agree among themselves in 74.',
  )
  const bounds = { agreementLow: 0.65, agreementHigh: 0.812, agreementPairs: 120 }
  expect(sayAgainstRaters({ accuracy: 0.712, agreement: 0.739 }, bounds)).toBe(
    'right in 71 of 100; raters agree among themselves in 74 (95 %: 65 to 81, of 120 preferences).',
  )
  expect(sayAgainstRaters({ accuracy: 0.7 })).toContain('no two people ranked the same answers')
})

/** Forty prompts, each ranked by two people who agree in five of six pairs. */
const twoPeople = () =>
  build(
    Array.from({ length: 40 }, (_, nth) =>
      ranked(nth, {
        rankings: [
          { order: [[0], [1], [2], [3]], allBad: false },
          { order: [[1], [0], [2], [3]], allBad: false },
        ],
      }),
    ),
    { kinds: ['rank'] },
  )

test('of a dataset every split is asked', async () => {
  const { out, manifest } = await twoPeople()
  expect(manifest.files.length).toBeGreaterThan(1)
  expect(await agreementIn(out, manifest)).toMatchObject({ agreement: 5 / 6, agreementPairs: 240 })
  const alone = await build([ranked(1), ranked(2)], { kinds: ['rank'] })
  expect(await agreementIn(alone.out, alone.manifest)).toEqual({})
})

test('what is known of the reward model of a policy: held-out rows first, raters from its dataset while that is there', async () => {
  const { out, manifest } = await twoPeople()
  const job = async (id: string, metrics: Readonly<Record<string, number>>): Promise<string> => {
    const run = await RunDirectory.create(join(folder(), id), {
      ...{ schema: 1, id, engine: 'trl', stage: 'rm', seed: 1, settings: {}, createdAt: 1 },
      dataset: { folder: out, id: manifest.id },
    })
    await run.setArtifact({
      schema: 1,
      kind: 'reward-model',
      uri: join(run.path, 'model'),
      job: id,
      metrics,
    })
    return run.path
  }
  const ours = await job('head', { accuracy: 0.8, testAccuracy: 0.71, agreement: 0.74 })
  expect(await rewardAccuracyOf(ours)).toEqual({ accuracy: 0.71, agreement: 0.74 })
  expect(await rewardAccuracyOf(join(ours, 'model'))).toEqual({ accuracy: 0.71, agreement: 0.74 })
  const theirs = await job('trl', { accuracy: 0.9, eval_accuracy: 0.68 })
  expect(await rewardAccuracyOf(theirs)).toEqual({ accuracy: 0.68, agreement: 5 / 6 })
  await rm(out, { recursive: true })
  expect(await rewardAccuracyOf(theirs)).toEqual({ accuracy: 0.68 })
  expect(await rewardAccuracyOf(await job('silent', { loss: 0.4 }))).toBeUndefined()
  expect(await rewardAccuracyOf('http://10.0.0.5:5000')).toBeUndefined()
})
