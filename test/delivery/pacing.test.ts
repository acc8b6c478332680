import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nextStep, nextWrite, type PacingState } from '#core/delivery/pacing.ts'

const NOW = 1_000
const state = (part: Partial<PacingState>): PacingState => ({
  inFlight: false,
  begun: true,
  stale: true,
  finished: false,
  failed: false,
  blockedUntil: 0,
  ...part,
})
const anyState = fc.record({
  inFlight: fc.boolean(),
  begun: fc.boolean(),
  stale: fc.boolean(),
  finished: fc.boolean(),
  failed: fc.boolean(),
  blockedUntil: fc.nat(2_000),
})

test.each([
  ['D3: a write under way is waited for', { inFlight: true, finished: true }, { do: 'rest' }],
  ['D4: the first token never waits', { begun: false }, { do: 'write' }],
  ['D3: the last write always happens', { finished: true, stale: false }, { do: 'write' }],
  ['D3: what only grows stands in line', {}, { do: 'queue' }],
  [
    'D3: a write that failed is due again at once, as room was kept for it',
    { failed: true },
    { do: 'write' },
  ],
  ['nothing new is not written', { stale: false }, { do: 'rest' }],
  [
    'D3: a platform that asks for silence gets it, also from the first write',
    { begun: false, blockedUntil: NOW + 9 },
    { do: 'wait', ms: 9 },
  ],
  ['D3: and from the last one', { finished: true, blockedUntil: NOW + 9 }, { do: 'wait', ms: 9 }],
] as const)('%s', (_name, part, expected) => {
  expect(nextWrite(state(part), NOW)).toEqual(expected)
})

test('D3: in any state, no write begins during another, or while the platform asks for silence', () => {
  fc.assert(
    fc.property(anyState, (any) => {
      const pace = nextWrite(any, NOW)
      if (pace.do === 'write') {
        expect(any.inFlight).toBe(false)
        expect(any.blockedUntil).toBeLessThanOrEqual(NOW)
      }
      if (pace.do === 'wait') expect(pace.ms).toBeGreaterThan(0)
    }),
  )
})

test('D3: in any state with text to show, a write or a place in line comes once nothing is under way', () => {
  fc.assert(
    fc.property(anyState, (any) => {
      const later = nextWrite({ ...any, inFlight: false, stale: true }, 3_000)
      expect(later).toEqual({ do: any.begun && !any.finished && !any.failed ? 'queue' : 'write' })
    }),
  )
})

test.each([
  ['the first message has nothing above it', [], ['one'], 'grow'],
  ['a message that goes on grows', ['on'], ['one'], 'grow'],
  ['one whose text is complete is filled first', ['on'], ['one', 'two'], 'fill'],
  ['white space at its end is nothing that a reader sees', ['on '], ['on', 'two'], 'fill'],
  ['below one that is complete, the next one is begun', ['one'], ['one', 'two'], 'begin'],
  ['also when more than one is missing', ['one'], ['one', 'two', 'three'], 'begin'],
  [
    'where the cut went back behind what is shown, nothing is hidden for a while',
    ['one tw'],
    ['one', 'two'],
    'grow',
  ],
  ['a whole message is not kept waiting for another one', ['on'], ['one', 'two', 'three'], 'grow'],
] as const)('D1, D3: %s', (_, visible, parts, step) => {
  expect(nextStep(parts, visible)).toBe(step)
})

test('D1: for any text, what is filled shows all that was visible', () => {
  const text = fc.string({ maxLength: 20 })
  fc.assert(
    fc.property(fc.array(text), text, text, fc.nat(20), (above, last, next, shown) => {
      const visible = [...above, last.slice(0, shown)]
      const parts = [...above, last, next]
      const step = nextStep(parts, visible)
      expect(step).toBe(last.slice(0, shown) === last ? 'begin' : 'fill')
    }),
  )
})
