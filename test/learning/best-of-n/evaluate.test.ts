import { describe, expect, test } from 'vitest'
import { type EvaluationRequest, evaluateBestOfN } from '#core/learning/best-of-n/evaluate.ts'
import type { Turn } from '#core/learning/dataset/dataset.ts'
import { ModelError } from '#core/model/error.ts'
import type { LanguageModel, Prompt } from '#core/model/model.ts'
import { alike, fakeReward } from '#test/learning/reward/given.ts'
import { quickClock } from '#test/model/quick-clock.ts'

/** Says as many letters as `lengthOf` says, by its seed. */
function spelling(lengthOf: (seed: number, prompt: Prompt) => number) {
  const asked: { readonly prompt: Prompt; readonly seed: number | undefined }[] = []
  const model: LanguageModel = {
    label: 'spelling model',
    async *stream(prompt, { sampling }) {
      asked.push({ prompt, seed: sampling?.seed })
      yield { type: 'text', delta: 'x'.repeat(lengthOf(sampling?.seed ?? 0, prompt)) }
      yield { type: 'done', finish: 'stop', model: 'spelling-1' }
    },
  }
  return { model, asked }
}

async function* each(...questions: readonly string[]): AsyncGenerator<readonly Turn[]> {
  for (const content of questions)
    yield [
      { role: 'system', content: 'Be kind.' },
      { role: 'user', content },
    ]
}

/** A clock whose long sleeps last: nobody is late here. */
const evaluate = (more: Partial<EvaluationRequest>) =>
  evaluateBestOfN({
    ...{ prompts: each('a', 'b'), n: 4, seed: 10, sampling: {}, model: spelling(() => 1).model },
    reward: fakeReward({ scoreOf: ({ answer }) => alike(answer.length) }),
    clock: { ...quickClock(), sleep: () => new Promise(() => {}) },
    signal: new AbortController().signal,
    ...more,
  })

describe('parley learn bon eval', () => {
  test('L5: the mean score of the first and of the best, over prompts that are drawn by seeds of their own', async () => {
    // 10..13 for the first prompt, 19..22 for the second: 1, 2, 3, 4 letters and 4, 1, 2, 3.
    const { model, asked } = spelling((seed) => (seed < 19 ? seed - 9 : ((seed - 16) % 4) + 1))
    const done: number[] = []
    const report = await evaluate({ model, onPrompt: (count) => void done.push(count) })
    expect(report).toEqual({
      ...{
        n: 4,
        seed: 10,
        model: 'spelling-1',
        rewardModel: 'rm_test',
        shadow: false,
        prompts: 2,
        failed: 0,
      },
      ...{ first: 2.5, best: 4, lift: 1.5, liftError: 1.5, firstIsBest: 0.5 },
      ...{ divergence: Math.log(4) - 0.75, firstLength: 2.5, bestLength: 4 },
    })
    expect(asked.map(({ seed }) => seed)).toEqual([10, 11, 12, 13, 19, 20, 21, 22])
    expect(asked[0]?.prompt).toEqual({ system: 'Be kind.', turns: [{ role: 'user', content: 'a' }] })
    expect(done).toEqual([1, 2])
  })

  test('the conservative score counts, of the conversation as the dataset has it', async () => {
    const reward = fakeReward({ scoreOf: () => ({ value: 5, conservative: 1 }) })
    expect(await evaluate({ prompts: each('a'), reward })).toMatchObject({ first: 1, best: 1, liftError: 0 })
    expect(reward.asked[0]?.[0]?.conversation).toEqual([
      { role: 'system', content: 'Be kind.' },
      { role: 'user', content: 'a' },
    ])
  })

  test('prompts that fail are counted; when all do, it says what to check', async () => {
    const model: LanguageModel = {
      label: 'choosy model',
      async *stream({ turns }) {
        if (turns[0]?.content === 'b') throw new ModelError('bad_request', 'not that one')
        yield { type: 'text', delta: 'x' }
        yield { type: 'done', finish: 'stop', model: 'choosy-1' }
      },
    }
    expect(await evaluate({ model })).toMatchObject({ prompts: 1, failed: 1 })
    await expect(evaluate({ model, prompts: each('b') })).rejects.toThrow(
      'Not one prompt of 1 was answered and judged: not that one. Check the model and the embeddings.',
    )
    await expect(evaluate({ prompts: each() })).rejects.toThrow(/There are no prompts/)
  })

  test('a bug is no failed prompt', async () => {
    const reward = fakeReward({ first: async () => Promise.reject(new TypeError('a bug')) })
    await expect(evaluate({ reward })).rejects.toThrow('a bug')
  })
})
