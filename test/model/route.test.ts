import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ModelError, type ModelErrorKind } from '#core/model/error.ts'
import { afterFailure } from '#core/model/retry.ts'
import { createRoute } from '#core/model/route.ts'
import { ask, promptOf } from './ask.ts'
import { quickClock } from './quick-clock.ts'
import { type Script, scripted } from './scripted.ts'

const good: Script = { words: ['hello ', 'there'] }
const permanent = ['quota', 'auth', 'bad_request', 'context_overflow'] as const
const passing = ['rate_limit', 'network', 'server', 'broken_stream', 'timeout'] as const

describe('M3: retries', () => {
  test.each(passing)('a passing fault is tried again: %s', async (fails) => {
    const model = scripted('a', { fails }, good)
    const { text, done, error } = await ask(createRoute([model], { clock: quickClock() }), promptOf('q'))
    expect(error).toBeUndefined()
    expect(text).toBe('hello there')
    expect(done?.model).toBe('a')
    expect(model.calls()).toBe(2)
  })

  test.each(permanent)('what cannot get better is never tried again on the same model: %s', async (fails) => {
    const model = scripted('a', { fails })
    const { error } = await ask(createRoute([model], { clock: quickClock() }), promptOf('q'))
    expect(error?.kind).toBe(fails)
    expect(model.calls()).toBe(1)
  })

  test('a few times, with growing pauses', async () => {
    const clock = quickClock()
    const model = scripted('a', { fails: 'server' })
    const { error } = await ask(createRoute([model], { clock }), promptOf('q'))
    expect(error?.kind).toBe('server')
    expect(model.calls()).toBe(3)
    expect(clock.slept).toEqual([500, 1000])
  })

  test('the pause is the one the server asks for', async () => {
    const clock = quickClock()
    const model = scripted('a', { fails: 'rate_limit', fault: { retryAfterMs: 7_000 } }, good)
    await ask(createRoute([model], { clock }), promptOf('q'))
    expect(clock.slept).toEqual([7_000])
  })

  test('a server that asks for a long pause is passed over', async () => {
    const clock = quickClock()
    const busy = scripted('a', { fails: 'rate_limit', fault: { retryAfterMs: 60_000 } })
    const { done } = await ask(createRoute([busy, scripted('b', good)], { clock }), promptOf('q'))
    expect(done?.model).toBe('b')
    expect([busy.calls(), clock.slept]).toEqual([1, []])
  })

  test('never once text was shown', async () => {
    const model = scripted('a', { words: ['half'], fails: 'broken_stream' }, good)
    const other = scripted('b', good)
    const { text, error } = await ask(createRoute([model, other], { clock: quickClock() }), promptOf('q'))
    expect([text, error?.kind]).toEqual(['half', 'broken_stream'])
    expect([model.calls(), other.calls()]).toEqual([1, 0])
  })

  test('M1: a model that ends without its terminal event has failed', async () => {
    const model = scripted('a', { endless: true }, good)
    expect((await ask(createRoute([model], { clock: quickClock() }), promptOf('q'))).text).toBe('hello there')
  })
})

describe('M3: the next model of the route', () => {
  test.each([...permanent, ...passing])('is tried after %s', async (fails) => {
    const route = createRoute([scripted('a', { fails }), scripted('b', good)], { clock: quickClock() })
    const { text, done } = await ask(route, promptOf('q'))
    expect(text).toBe('hello there')
    expect(done?.model).toBe('b') // M5
  })

  test('is not tried when a person cancelled', async () => {
    const other = scripted('b', good)
    const route = createRoute([scripted('a', { fails: 'aborted' }), other], { clock: quickClock() })
    expect((await ask(route, promptOf('q'))).error?.kind).toBe('aborted')
    expect(other.calls()).toBe(0)
  })

  test("when none answers, the error is the first model's", async () => {
    const models = [scripted('a', { fails: 'quota' }), scripted('b', { fails: 'network' })] as const
    const { error } = await ask(createRoute(models, { clock: quickClock() }), promptOf('q'))
    expect(error?.kind).toBe('quota')
  })

  test('the label is the first model’s', () => {
    expect(createRoute([scripted('a'), scripted('b')], { clock: quickClock() }).label).toBe('a')
  })
})

test('T5: cancelling during a pause ends it', async () => {
  const stop = new AbortController()
  const model = scripted('a', { fails: 'server' })
  const clock = {
    now: () => 0,
    sleep: async (_: number, signal?: AbortSignal) => {
      stop.abort()
      signal?.throwIfAborted()
    },
  }
  const { error } = await ask(createRoute([model], { clock }), promptOf('q'), { signal: stop.signal })
  expect(error?.kind).toBe('aborted')
  expect(model.calls()).toBe(1)
})

test('an error that is a bug of ours passes through as it is', async () => {
  const broken = {
    label: 'a',
    // biome-ignore lint/correctness/useYield: it throws before it has anything to say
    async *stream() {
      throw new RangeError('ours')
    },
  }
  await expect(ask(createRoute([broken], { clock: quickClock() }), promptOf('q'))).rejects.toThrow(RangeError)
})

test('M3: for any failures of any models, no text is shown twice and each ends in one way', async () => {
  const kinds = fc.constantFrom<ModelErrorKind>('aborted', ...permanent, ...passing)
  const script = fc.record(
    { words: fc.array(fc.constantFrom('a', 'b', ''), { maxLength: 3 }), fails: kinds },
    { requiredKeys: ['words'] },
  )
  const scripts = fc.array(script, { minLength: 1, maxLength: 4 })
  await fc.assert(
    fc.asyncProperty(scripts, scripts, async (one, two) => {
      const models = [scripted('one', ...one), scripted('two', ...two)] as const
      const { text, done, error } = await ask(createRoute(models, { clock: quickClock() }), promptOf('q'))
      expect([done, error].filter((end) => end !== undefined)).toHaveLength(1)
      const said = [...one, ...two].map(({ words }) => words.join(''))
      expect([...said, '']).toContain(text)
      expect(models[0].calls() + models[1].calls()).toBeLessThanOrEqual(6)
    }),
    { numRuns: 200 },
  )
})

test('M3: whatever failed, shown text ends all attempts', () => {
  for (const kind of [...permanent, ...passing, 'aborted'] as const) {
    expect(afterFailure(new ModelError(kind, 'x'), 1, true)).toEqual({ type: 'give-up' })
  }
})
