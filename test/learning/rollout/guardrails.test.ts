import { expect, test } from 'vitest'
import { type ArmFigures, decide, FIRST_LOOK, isLook } from '#core/learning/rollout/guardrails.ts'
import { probabilityAbove } from '#core/learning/rollout/posterior.ts'
import { seeded } from '#test/seeded.ts'

const SEED = 20261123
const RUNS = 200

test('with nothing seen, either may be worse', () => {
  const nothing = { hits: 0, of: 0 }
  expect(probabilityAbove(nothing, nothing, 0)).toBeCloseTo(0.5, 3)
})

test('with much seen, it is certain', () => {
  expect(probabilityAbove({ hits: 200, of: 1_000 }, { hits: 100, of: 1_000 }, 0.02)).toBeGreaterThan(0.999)
  expect(probabilityAbove({ hits: 100, of: 1_000 }, { hits: 200, of: 1_000 }, 0.02)).toBeLessThan(0.001)
})

/** A canary of 5 % of all threads: production answers so many for each of its replies. */
const BESIDE = 19

/** A canary beside production, reply by reply. @returns the exposure at which it went back. */
function canary(
  run: number,
  shares: { canary: number; production: number },
  most: number,
): number | undefined {
  const draw = seeded(SEED + run)
  const is = (share: number) => draw() < share
  let [ours, theirs] = [0, 0]
  for (let exposures = 1; exposures <= most; exposures += 1) {
    if (is(shares.canary)) ours += 1
    for (let other = 0; other < BESIDE; other += 1) if (is(shares.production)) theirs += 1
    if (!isLook(exposures)) continue
    const decision = decide(figures(exposures, ours), figures(exposures * BESIDE, theirs))
    if (decision.kind === 'roll back') return exposures
  }
  return undefined
}

const figures = (exposures: number, downVotes: number): ArmFigures => ({ exposures, downVotes, failures: 0 })

test('L6: from 10 to 20 % down-votes, a canary goes back within 400 exposures, in 95 of 100 runs', () => {
  const shares = { canary: 0.2, production: 0.1 }
  const back = Array.from({ length: RUNS }, (_, run) => canary(run, shares, 400)).filter(Boolean).length
  console.info(`canary that is worse, seed ${SEED}: ${back} of ${RUNS} rolled back within 400 exposures`)
  expect(back / RUNS).toBeGreaterThanOrEqual(0.95)
})

test('L6: one that is as good goes back in at most 5 of 100 runs of 2,000 exposures', () => {
  const shares = { canary: 0.1, production: 0.1 }
  const back = Array.from({ length: RUNS }, (_, run) => canary(run, shares, 2_000)).filter(Boolean).length
  console.info(`canary that is as good, seed ${SEED}: ${back} of ${RUNS} rolled back`)
  expect(back / RUNS).toBeLessThanOrEqual(0.05)
})

test('nothing is decided before the first look, and each decision says the next one', () => {
  expect(decide(figures(FIRST_LOOK - 1, 150), figures(1_000, 0))).toEqual({
    kind: 'keep',
    nextLookAt: FIRST_LOOK,
  })
  expect(decide(figures(230, 20), figures(230, 20))).toEqual({ kind: 'keep', nextLookAt: 250 })
})

test('failures, slow replies and long ones send it back too, and the reason says which', () => {
  const fine = { ...figures(400, 40), p95Ms: 4_000, tokensPerReply: 200 }
  const reason = (canary: Partial<ArmFigures>) => decide({ ...fine, ...canary }, fine)
  expect(reason({ failures: 40 })).toMatchObject({
    reason: expect.stringMatching(/^More failed replies: 10 % of 400/),
  })
  expect(reason({ p95Ms: 6_400 })).toMatchObject({ reason: expect.stringContaining('1.6 times as long') })
  expect(reason({ tokensPerReply: 260 })).toMatchObject({
    reason: expect.stringContaining('1.3 times as long'),
  })
  expect(reason({}).kind).toBe('keep')
})
