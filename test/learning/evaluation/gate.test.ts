import { expect, test } from 'vitest'
import { type GateEvidence, gate } from '#core/learning/evaluation/gate.ts'
import { agreed, type Comparison, winRate } from '#core/learning/evaluation/win-rate.ts'

const comparisons = (wins: number, of: number): readonly Comparison[] =>
  Array.from({ length: of }, (_, nth) => (nth < wins ? 'candidate' : 'production'))

const good: GateEvidence = {
  wins: winRate(comparisons(90, 150)),
  kl: 1.9,
  unsafe: { candidate: 1, production: 1 },
  length: { candidate: 330, production: 300 },
}
const failed = (evidence: Partial<GateEvidence>) =>
  gate({ ...good, ...evidence })
    .reasons.filter(({ passed }) => !passed)
    .map(({ text }) => text)

test('L4: a clear win, near the supervised model, no less safe and about as long, passes', () => {
  expect(gate(good).passed).toBe(true)
})

test('L4: the lower bound decides, and not the share', () => {
  expect(failed({ wins: winRate(comparisons(6, 10)) })).toEqual([expect.stringContaining('may be chance')])
  expect(failed({ wins: undefined })).toEqual([expect.stringContaining('Nobody has compared')])
})

test('L4: a model that found a hole in the reward is refused for its distance', () => {
  expect(failed({ kl: 20.4 })).toEqual([expect.stringContaining('20.4 nats')])
})

test('L4: less safe, not tried, or much longer is refused', () => {
  expect(failed({ unsafe: { candidate: 2, production: 1 } })).toHaveLength(1)
  expect(failed({ unsafe: undefined })).toHaveLength(1)
  expect(failed({ length: { candidate: 400, production: 300 } })).toEqual([
    expect.stringContaining('33 % longer'),
  ])
})

test('L4: each limit is where it is said to be', () => {
  expect(failed({ kl: 8 })).toEqual([])
  expect(failed({ kl: 8.1 })).toHaveLength(1)
  expect(failed({ length: { candidate: 360, production: 300 } })).toEqual([])
  expect(failed({ length: { candidate: 361, production: 300 } })).toHaveLength(1)
  expect(failed({ kl: undefined, length: undefined })).toHaveLength(2)
  // Of 150 the one-sided 95 % bound of Wilson lies above one half from 86 wins on.
  expect(failed({ wins: winRate(comparisons(86, 150)) })).toEqual([])
  expect(failed({ wins: winRate(comparisons(85, 150)) })).toHaveLength(1)
})

test('L4: how good its reward model is stands beside the reasons, and decides nothing', () => {
  const notes = ['Its reward model is right in 51 of 100; raters agree among themselves in 74.']
  const poor = { accuracy: 0.51, agreement: 0.74 }
  expect(gate({ ...good, reward: poor })).toEqual({ ...gate(good), notes })
  const splendid = { accuracy: 0.99, agreement: 0.74 }
  expect(gate({ ...good, kl: 20, reward: splendid }).passed).toBe(false)
  expect(gate(good)).not.toHaveProperty('notes')
})

test('a grader that always takes the first answer says nothing', () => {
  expect(agreed('first', 'first')).toBe('tie')
  expect(agreed('first', 'second')).toBe('candidate')
  expect(agreed('second', 'first')).toBe('production')
  expect(winRate([])).toBeUndefined()
  expect(winRate(['tie', 'tie'])).toMatchObject({ hits: 1, of: 2 })
})
