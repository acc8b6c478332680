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

test('a grader that always takes the first answer says nothing', () => {
  expect(agreed('first', 'first')).toBe('tie')
  expect(agreed('first', 'second')).toBe('candidate')
  expect(agreed('second', 'first')).toBe('production')
  expect(winRate([])).toBeUndefined()
  expect(winRate(['tie', 'tie'])).toMatchObject({ hits: 1, of: 2 })
})
