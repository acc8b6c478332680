import { expect, test } from 'vitest'
import { gate } from '#core/learning/evaluation/gate.ts'
import { winRate } from '#core/learning/evaluation/win-rate.ts'
import { missedByRounds, missedBySeed, missedBySweep, summaryOf } from '#core/learning/simulate/bars.ts'
import { picture } from '#core/learning/simulate/picture.ts'
import { reportOf, sweepReportOf } from '#core/learning/simulate/report.ts'
import type { RoundReport, SeedReport, SweepPoint } from '#core/learning/simulate/run.ts'

const verdict = (kl: number) =>
  gate({
    wins: winRate(Array.from({ length: 200 }, (_, nth) => (nth < 140 ? 'candidate' : 'production'))),
    kl,
    unsafe: { candidate: 0, production: 1 },
    length: { candidate: 20, production: 20 },
  })

/** As measured with seed 1. */
const round: RoundReport = {
  ...{ rmAccuracy: 0.77, ceiling: 0.83, bestOf4Lift: 0.85, gold: 0.99, kl: 1.9 },
  curve: [
    { reward: 0, gold: 0.1, kl: 0 },
    { reward: 1, gold: 0.9, kl: 2 },
  ],
  verdict: verdict(1.9),
}
const report: SeedReport = { seed: 1, beta: 0.05, sftGold: 0.14, losses: [4, 1, 0.2], rounds: [round] }

test('what was measured misses no bar', () => {
  expect(summaryOf(report)).toEqual({
    ...{ seed: 1, sftGold: 0.14, rmAccuracy: 0.77, ceiling: 0.83, bestOf4Lift: 0.85, kl: 1.9 },
    ppoLift: 0.99 - 0.14,
  })
  expect(missedBySeed(summaryOf(report))).toEqual([])
  const twice = summaryOf({ ...report, rounds: [round, { ...round, gold: 1.1 }] })
  expect(twice.rounds?.map(({ ppoLift }) => ppoLift)).toEqual([0.99 - 0.14, 1.1 - 0.14])
})

test.each([
  { rmAccuracy: 0.69, ceiling: 0.75 },
  { ceiling: 0.88 },
  { bestOf4Lift: 0.49 },
  { ppoLift: 0.34 },
  { kl: 6.1 },
  { kl: Number.NaN },
])('%o misses its bar', (worse) => {
  expect(missedBySeed({ ...summaryOf(report), ...worse })).toHaveLength(1)
})

test('a second round may lose a little, and is far above the supervised model', () => {
  const twice = (gold: number): SeedReport => ({ ...report, rounds: [round, { ...round, gold }] })
  expect(missedByRounds(twice(0.95))).toEqual([])
  expect(missedByRounds(twice(0.9))).toHaveLength(1)
  expect(missedByRounds(twice(0.6))).toHaveLength(2)
  const far: SeedReport = { ...report, rounds: [round, { ...round, kl: 8.1 }] }
  expect(missedByRounds(far)).toEqual([expect.stringContaining('8 nats of KL is -0.100')])
})

test('L4: a model that only pleases the reward model is refused by the gate, and the sweep shows it', () => {
  const kept: SweepPoint = { beta: 0.05, gold: 1, reward: 1, kl: 2, verdict: verdict(2) }
  const hacked: SweepPoint = { beta: 0, gold: -0.1, reward: 2, kl: 20, verdict: verdict(20) }
  const held: SweepPoint = { beta: 0.5, gold: 0.9, reward: 0.9, kl: 0.5, verdict: verdict(0.5) }
  const missed = (points: readonly SweepPoint[]) => missedBySweep([held, ...points], 0.05)
  expect(missed([hacked, kept])).toEqual([])
  expect(sweepReportOf([hacked, kept])).toMatch(/beta 0 is refused: It is 20\.0 nats a reply away/)
  expect(missed([{ ...hacked, gold: 0.8 }, kept])).toHaveLength(1)
  expect(missed([{ ...hacked, kl: 5, verdict: verdict(5) }, kept])).toHaveLength(2)
  expect(missed([hacked, { ...kept, verdict: verdict(9) }])).toHaveLength(1)
  expect(missed([hacked, { ...kept, kl: 0.5 }])).toEqual(['KL with beta 0.5 is not below that with 0.05.'])
  expect(missed([kept])).toHaveLength(1)
  expect(missedBySweep([hacked, kept], 0.05)).toHaveLength(1)
})

test('the report is a table with curves, the picture a drawing of them', () => {
  expect(reportOf([report])).toMatchInlineSnapshot(`
    "seed  round  SFT gold  RM accuracy  ceiling  best of 4  PPO gold    lift     KL    gate
       1      1     0.140        0.770    0.830     +0.850     0.990  +0.850  1.900  passed

    seed 1  supervised loss     █▂▁
            round 1  reward     ▁█  what the reward model thinks
                     gold       ▁█  what is true
                     KL         ▁█  nats from the supervised model
    "
  `)
  const drawn = picture(report)
  expect(drawn).toMatch(/^<svg [^>]*>\n<title>Learning on a planted truth, seed 1<\/title>/)
  const lines = (svg: string) => svg.match(/<polyline points="[\d., ]+"/g)
  expect(lines(drawn)).toHaveLength(4)
  expect(lines(picture({ ...report, rounds: [round, round] }))).toHaveLength(6)
  expect(drawn).toContain('● planted reward')
  expect(drawn).not.toMatch(/NaN|Infinity|undefined/)
})
