import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ask, promptOf } from '../ask.ts'
import { failures, words } from './sse.ts'
import { bytes, modelOver, streamOf } from './wire-bytes.ts'

/** Far below the model's own timeouts in these tests: a stream that hangs fails here, a busy machine does not. */
const PATIENCE = { timeout: 30_000 }

/** Cuts `whole` at any places, inside characters and tags too. */
function cut(whole: Uint8Array, at: readonly number[]): Uint8Array[] {
  const places = [...new Set(at.map((place) => place % (whole.length + 1)))].sort((a, b) => a - b)
  return [0, ...places].map((from, i) => whole.slice(from, places[i] ?? whole.length))
}

const answer = fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }), {
  minLength: 1,
  maxLength: 8,
})
const places = fc.array(fc.nat(2_000), { maxLength: 12 })

describe.each(['chat', 'responses'] as const)('%s wire', (wire) => {
  const say = words[wire]

  test('M1: any split of the bytes gives the same text and exactly one done', PATIENCE, async () => {
    await fc.assert(
      fc.asyncProperty(answer, places, async (deltas, at) => {
        const whole = bytes(deltas.map(say.text).join('') + say.end())
        const { model } = modelOver(() => streamOf(cut(whole, at)), { wire })
        const { text, events, done, error } = await ask(model, promptOf('q'))
        expect(error).toBeUndefined()
        expect(text).toBe(deltas.join(''))
        expect(events.filter(({ type }) => type === 'done')).toEqual([done])
        expect(events.at(-1)).toBe(done)
      }),
      { numRuns: 60 },
    )
  })

  test(
    'M1: any fault at any place gives exactly one done or exactly one ModelError, never a wrong word',
    PATIENCE,
    async () => {
      const fault = fc.oneof(
        fc.constant({ bytes: '', torn: true }),
        fc.constant({ bytes: '', torn: false }),
        fc.constant({ bytes: failures[wire]('server_error'), torn: false }),
        fc.constant({ bytes: '\n\ndata: {oops\n\n', torn: false }),
        fc.string({ unit: 'binary', maxLength: 40 }).map((noise) => ({ bytes: noise, torn: false })),
        fc.json().map((json) => ({ bytes: `\n\ndata: ${json}\n\n`, torn: true })),
      )
      await fc.assert(
        fc.asyncProperty(
          answer,
          places,
          fc.nat(2_000),
          fault,
          async (deltas, at, place, { bytes: noise, torn }) => {
            const whole = bytes(deltas.map(say.text).join('') + say.end())
            const kept = whole.slice(0, place % (whole.length + 1))
            const pieces = cut(kept, at).concat(bytes(noise))
            const { model } = modelOver(() => streamOf(pieces, torn), { wire })
            const { text, events, done, error } = await ask(model, promptOf('q'))
            expect([done, error].filter((end) => end !== undefined)).toHaveLength(1)
            expect(events.filter(({ type }) => type === 'done')).toHaveLength(done === undefined ? 0 : 1)
            expect(deltas.join('').startsWith(text)).toBe(true)
            if (done !== undefined) expect(text).toBe(deltas.join(''))
          },
        ),
        { numRuns: 100 },
      )
    },
  )
})
