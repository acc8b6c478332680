import { describe, expect, test } from 'vitest'
import { type BestOfNDeps, createBestOfN } from '#core/learning/best-of-n/best-of-n.ts'
import { LearningError } from '#core/learning/engine.ts'
import { ModelError } from '#core/model/error.ts'
import type { LanguageModel, ModelEvent, Sampling } from '#core/model/model.ts'
import { alike, fakeReward } from '#test/learning/reward/given.ts'
import { ask, promptOf } from '#test/model/ask.ts'
import { quietLog, recordingLog } from '#test/quiet-log.ts'
import { VirtualClock } from '#test/virtual-clock.ts'

type Line = {
  readonly says?: string
  readonly refuses?: string
  readonly finish?: 'stop' | 'length' | 'filtered'
  readonly fails?: Error
  /** Milliseconds before it says anything. */
  readonly after?: number
  readonly tokens?: number
}

/** Follows one line a call, in the order of the calls. */
function model(clock: VirtualClock, ...lines: readonly Line[]) {
  const asked: Sampling[] = []
  const aborted: number[] = []
  const model: LanguageModel = {
    label: 'a model',
    async *stream(_prompt, { sampling = {}, signal }): AsyncGenerator<ModelEvent> {
      const nth = asked.push(sampling) - 1
      signal.addEventListener('abort', () => aborted.push(nth))
      const { says, refuses, finish = 'stop', fails, after = 0, tokens } = lines[nth] ?? {}
      try {
        await clock.sleep(after, signal)
      } catch (cause) {
        throw new ModelError('aborted', 'cancelled', { cause })
      }
      if (fails !== undefined) throw fails
      if (says !== undefined) for (const delta of says.match(/.{1,3}/gs) ?? []) yield { type: 'text', delta }
      if (refuses !== undefined) yield { type: 'refusal', delta: refuses }
      const usage =
        tokens === undefined ? {} : { usage: { inputTokens: 10, outputTokens: tokens, cachedTokens: 1 } }
      yield { type: 'done', finish, model: `model-${nth}`, ...usage }
    },
  }
  return { model, asked, aborted }
}

async function best(
  lines: readonly Line[],
  more: Partial<BestOfNDeps> & {
    readonly signal?: AbortSignal
    readonly sampling?: Sampling
    readonly bestOf?: number
    readonly during?: (clock: VirtualClock) => Promise<void>
  } = {},
) {
  const {
    during = (clock: VirtualClock) => clock.advance(60_000),
    reward,
    bestOf = lines.length,
    ...rest
  } = more
  const clock = new VirtualClock()
  const { model: drawn, asked, aborted } = model(clock, ...lines)
  const chooses = fakeReward()
  const decorated = createBestOfN(drawn, {
    ...{ clock, log: quietLog, seed: () => 100, reward: reward ?? (async () => chooses) },
    ...rest,
  })
  const { signal, sampling } = more
  const asking = ask(decorated, promptOf('Hi'), {
    bestOf,
    ...(signal === undefined ? {} : { signal }),
    ...(sampling === undefined ? {} : { sampling }),
  })
  const [outcome] = await Promise.all([asking, during(clock)])
  return { ...outcome, asked, aborted, judged: chooses.asked, clock }
}

describe('the choice', () => {
  test('M5: is the answer with the highest conservative score, and is recorded', async () => {
    const { text, done, judged, asked } = await best(
      [{ says: 'short' }, { says: 'a longer answer' }, { says: 'middling' }],
      { sampling: { temperature: 0.7 } },
    )
    expect(text).toBe('a longer answer')
    expect(done).toMatchObject({
      model: 'model-1',
      finish: 'stop',
      choice: { n: 3, seed: 100, chosen: 1, by: 'score', rewardModel: 'rm_test' },
    })
    expect(done?.choice?.scores.map((score) => score?.toFixed(2))).toEqual(['-0.05', '0.05', '-0.02'])
    expect(judged).toEqual([
      ['short', 'a longer answer', 'middling'].map((answer) => ({
        answer,
        conversation: [
          { role: 'system', content: 'You are Parley.' },
          { role: 'user', content: 'Hi' },
        ],
      })),
    ])
    expect(asked).toEqual([100, 101, 102].map((seed) => ({ temperature: 0.7, seed })))
  })

  test('L5: follows from the seed; without one, every draw has its own', async () => {
    const seeds = await Promise.all(
      [1, 2].map(async () => {
        const clock = new VirtualClock()
        const deps = { clock, log: quietLog, reward: async () => fakeReward() }
        const decorated = createBestOfN(model(clock, { says: 'a' }, { says: 'b' }).model, deps)
        const asking = ask(decorated, promptOf('Hi'), { bestOf: 2 })
        await clock.advance(10)
        return (await asking).done?.choice?.seed
      }),
    )
    expect(new Set(seeds).size).toBe(2)
  })

  test('goes by the conservative score, not by the mean', async () => {
    const { text } = await best([{ says: 'liked by one' }, { says: 'liked by all' }], {
      reward: async () =>
        fakeReward({
          scoreOf: ({ answer }) =>
            answer === 'liked by all' ? { value: 1, conservative: 0.9 } : { value: 3, conservative: 0.1 },
        }),
    })
    expect(text).toBe('liked by all')
  })

  test('of equal answers is the first', async () => {
    const { done } = await best([{ says: 'same' }, { says: 'same' }, { says: 'same' }])
    expect(done?.choice).toMatchObject({ chosen: 0, by: 'score' })
  })

  test('is not made for those who do not ask for it: they get the stream as it comes', async () => {
    for (const bestOf of [0, 1]) {
      const { events, asked } = await best([{ says: 'as it comes' }], { bestOf })
      expect(events.length).toBeGreaterThan(2)
      expect(events.at(-1)).not.toHaveProperty('choice')
      expect(asked).toEqual([{}])
    }
  })

  test('is among nine at most', async () => {
    expect((await best([], { bestOf: 50 })).asked).toHaveLength(9)
  })
})

describe('a reward model never costs anybody an answer: the first one is given', () => {
  const two: readonly Line[] = [{ says: 'first' }, { says: 'second, longer' }]

  test('when it only watches; its scores are recorded', async () => {
    const { text, done } = await best(two, { reward: async () => fakeReward({ shadow: true }) })
    expect(text).toBe('first')
    expect(done?.choice).toMatchObject({ chosen: 0, by: 'shadow', rewardModel: 'rm_test' })
    expect(done?.choice?.scores).toEqual([expect.any(Number), expect.any(Number)])
  })

  test.each([
    ['its embeddings cannot be had', new ModelError('network', 'away')],
    ['it has a bug', new TypeError('undefined is no function')],
  ])('when %s', async (_what, error) => {
    const { log, lines } = recordingLog()
    const reward = async () => fakeReward({ first: async () => Promise.reject(error) })
    const { text, done } = await best(two, { reward, log })
    expect(text).toBe('first')
    expect(done?.choice).toEqual({
      ...{ n: 2, seed: 100, scores: [null, null], chosen: 0, by: 'failed', rewardModel: 'rm_test' },
    })
    expect(lines().filter(({ level }) => level === 40)).toHaveLength(1)
    expect(JSON.stringify(lines())).not.toContain('second, longer')
  })

  test('when it cannot be opened; the next answer tries again', async () => {
    const { done } = await best(two, {
      reward: () => Promise.reject(new LearningError('there is no head')),
    })
    expect(done?.choice).toEqual({ n: 2, seed: 100, scores: [null, null], chosen: 0, by: 'failed' })
  })

  test('when it takes longer than 800 ms; it is told to stop', async () => {
    let told: AbortSignal | undefined
    const slow = fakeReward({
      first: (_call, signal) => {
        told = signal
        return new Promise(() => {})
      },
    })
    const { text, done, clock } = await best(two, {
      reward: async () => slow,
      during: async (clock) => {
        await clock.advance(799)
        expect(told?.aborted).toBe(false)
        await clock.advance(1)
      },
    })
    expect(text).toBe('first')
    expect(done?.choice).toMatchObject({ chosen: 0, by: 'late', scores: [null, null] })
    expect(told?.aborted).toBe(true)
    expect(clock.now()).toBe(800)
  })

  test('when a score is no number, or one is missing', async () => {
    for (const reward of [
      fakeReward({ scoreOf: () => alike(Number.NaN) }),
      { ...fakeReward(), score: async () => [alike(1)] },
    ]) {
      const { done } = await best(two, { reward: async () => reward })
      expect(done?.choice).toMatchObject({ chosen: 0, by: 'failed' })
    }
  })
})

describe('answers that are not as they should be', () => {
  test.each<[string, readonly Line[], string, number | 'refusal']>([
    [
      'a cut one loses to a whole one',
      [{ says: 'cut, but long', finish: 'length' }, { says: 'whole' }],
      'whole',
      1,
    ],
    [
      'of cut ones the better',
      [
        { says: 'cut', finish: 'length' },
        { says: 'longer', finish: 'length' },
      ],
      'longer',
      1,
    ],
    ['one without words loses', [{ says: '  ' }, { says: 'word' }], 'word', 1],
    [
      'one that the vendor filtered loses',
      [{ says: 'half', finish: 'filtered' }, { says: 'word' }],
      'word',
      1,
    ],
    [
      'one refusal of three may lose',
      [{ refuses: 'No, never' }, { says: 'x'.repeat(30) }, { says: 'y' }],
      'x'.repeat(30),
      1,
    ],
    ['half of them declining decide it', [{ says: 'x'.repeat(30) }, { refuses: 'No' }], 'No', 1],
    ['all declining is a refusal', [{ refuses: 'No' }, { refuses: 'No, sorry' }], 'No, sorry', 1],
  ])('%s', async (_what, lines, text, chosen) => {
    const outcome = await best(lines)
    expect(outcome.text).toBe(text)
    expect(outcome.done?.choice?.chosen).toBe(chosen)
    const refused = lines[Number(chosen)]?.refuses !== undefined
    expect(outcome.events[0]?.type).toBe(refused ? 'refusal' : 'text')
  })

  test('the finish of the given one is told', async () => {
    const { done } = await best([{ fails: new ModelError('server', 'x') }, { says: 'cut', finish: 'length' }])
    expect(done).toMatchObject({ finish: 'length', model: 'model-1', choice: { chosen: 1, by: 'only' } })
  })

  test('when nobody said a word, nothing is said', async () => {
    const { events } = await best([{ finish: 'filtered' }, { finish: 'filtered' }])
    expect(events).toMatchObject([{ type: 'done', finish: 'filtered', choice: { chosen: 0 } }])
  })

  test('those that failed are left out; the others are judged', async () => {
    const failed = { fails: new ModelError('rate_limit', 'slow down') }
    const { text, done } = await best([failed, { says: 'a' }, failed, { says: 'bb' }])
    expect(text).toBe('bb')
    expect(done?.choice).toMatchObject({ n: 4, chosen: 3, by: 'score' })
    expect(done?.choice?.scores.map((score) => score?.toFixed(2) ?? null)).toEqual([
      null,
      '-0.09',
      null,
      '-0.08',
    ])
  })

  test('M1: when all failed, it is one error: the first', async () => {
    const { error, events } = await best([
      { fails: new ModelError('rate_limit', 'slow down') },
      { fails: new ModelError('server', 'broken') },
    ])
    expect(events).toEqual([])
    expect(error).toMatchObject({ kind: 'rate_limit' })
  })

  test('a bug is not hidden behind the answers that came', async () => {
    await expect(best([{ says: 'fine' }, { fails: new TypeError('a bug') }])).rejects.toThrow('a bug')
  })

  test('the tokens of all of them are counted', async () => {
    const { done } = await best([{ says: 'a', tokens: 5 }, { says: 'bb' }, { says: 'ccc', tokens: 7 }])
    expect(done?.usage).toEqual({ inputTokens: 20, outputTokens: 12, cachedTokens: 2 })
  })
})

describe('time', () => {
  test('one that hangs is given up when the first is whole for as long again', async () => {
    const { text, aborted, clock, done } = await best(
      [
        { says: 'hangs', after: 3_600_000 },
        { says: 'first', after: 5_000 },
        { says: 'second one', after: 9_000 },
      ],
      { during: (clock) => clock.advance(10_000) },
    )
    expect(text).toBe('second one')
    expect(done?.choice?.scores[0]).toBeNull()
    expect(aborted).toContain(0)
    expect(clock.now()).toBe(10_000)
  })

  test('but for two seconds at least', async () => {
    const { text } = await best([{ says: 'a' }, { says: 'bb', after: 1_999 }])
    expect(text).toBe('bb')
  })

  test('T5: the caller’s signal cancels every draw', async () => {
    const stop = new AbortController()
    const { error, aborted, judged } = await best(
      [{ says: 'a' }, { says: 'b', after: 1_500 }, { says: 'c', after: 1_500 }],
      {
        signal: stop.signal,
        during: async (clock) => {
          await clock.advance(1_000)
          stop.abort()
          await clock.advance(0)
        },
      },
    )
    expect(error).toMatchObject({ kind: 'aborted' })
    expect(aborted).toEqual(expect.arrayContaining([1, 2]))
    expect(judged).toEqual([])
  })

  test('T5: and the choice', async () => {
    const stop = new AbortController()
    const { error, events } = await best([{ says: 'a' }, { says: 'b' }], {
      signal: stop.signal,
      reward: async () => fakeReward({ first: () => new Promise(() => {}) }),
      during: async (clock) => {
        await clock.advance(100)
        stop.abort()
      },
    })
    expect(events).toEqual([])
    expect(error).toMatchObject({ kind: 'aborted' })
  })
})
