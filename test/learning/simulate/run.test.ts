import { expect, test } from 'vitest'
import { runSimulation } from '#core/cli/learn-simulate.ts'
import { ConfigError } from '#core/errors.ts'
import { missedBySeed } from '#core/learning/simulate/bars.ts'
import { CI } from '#core/learning/simulate/loop.ts'
import { simulate, sweep } from '#core/learning/simulate/run.ts'
import { fakeTrainer } from './fake.ts'

const request = { seed: 1, extent: CI, watch: () => undefined, signal: new AbortController().signal }

test('L4: every round samples from the policy before it, learns from all rankings, and trains from the supervised model', async () => {
  const { trainer, told } = fakeTrainer()
  const { sftGold, rounds } = await simulate({ ...request, trainer, beta: 0.05, rounds: 2 })
  expect(told.filter(({ stage }) => stage !== 'sample')).toEqual([
    { stage: 'reward', base: 'sft', rankings: CI.prompts },
    { stage: 'ppo', base: 'sft', reward: 'reward 1', beta: 0.05 },
    { stage: 'reward', base: 'sft', rankings: 2 * CI.prompts },
    { stage: 'ppo', base: 'sft', reward: 'reward 2', beta: 0.05 },
  ])
  const rewards = told.flatMap(({ stage }, nth) => (stage === 'reward' ? [nth] : []))
  const asked = rewards.map((nth) => told[nth - 1]?.sampled)
  expect(asked).toEqual(['sft', 'ppo 1'])
  for (const { gold, rmAccuracy, bestOf4Lift, curve, verdict } of rounds) {
    expect(gold).toBeGreaterThan(sftGold + 1)
    expect(rmAccuracy).toBe(0.95)
    expect(bestOf4Lift).toBeGreaterThanOrEqual(0)
    expect(curve).toEqual([{ reward: 1, kl: 0.5, gold: expect.closeTo(1.76, 1) }])
    expect(verdict.passed).toBe(true)
  }
  // The best of go away, is ok, dunno lol and thanks, against their mean.
  expect(rounds[0]?.bestOf4Lift).toBeGreaterThan(1.5)
})

test('a sweep begins once and tries every beta; a model that moved far is refused', async () => {
  const { trainer, told } = fakeTrainer({ kl: 20 })
  const points = await sweep({ ...request, trainer }, [0, 0.05])
  expect(told.filter(({ stage }) => stage === 'reward')).toHaveLength(1)
  expect(points.map(({ beta, kl, verdict }) => [beta, kl, verdict.passed])).toEqual([
    [0, 20, false],
    [0.05, 20, false],
  ])
})

async function said(args: readonly string[], options?: Parameters<typeof fakeTrainer>[0]) {
  const [out, err]: [string[], string[]] = [[], []]
  const code = await runSimulation(args, 1, {
    open: async () => fakeTrainer(options).trainer,
    out: (words) => void out.push(words),
    err: (words) => void err.push(words),
  })
  return { code, out: out.join(''), err: err.join('') }
}

test('--ci --json says one object, and what goes on goes to standard error', async () => {
  const { code, out, err } = await said(['--ci', '--seed', '3', '--json'])
  expect(code).toBe(0)
  const lines = out.trimEnd().split('\n')
  expect(lines).toHaveLength(1)
  const summary = JSON.parse(lines[0] ?? '')
  expect(Object.keys(summary)).toEqual([
    ...['seed', 'sftGold', 'rmAccuracy', 'ceiling', 'bestOf4Lift', 'ppoLift', 'kl'],
  ])
  expect(summary).toMatchObject({ seed: 3, rmAccuracy: 0.95, kl: 1 })
  expect(missedBySeed(summary)).toEqual([])
  expect(err).toMatch(/^seed 3 {2}sft 1\/1 {2}loss 1\.000$/m)
  expect(err).toMatch(/^ +3 +1 /m)
})

test('--ci ends with 1 and says which bar is missed; without, a run only shows', async () => {
  const worse = { better: 'sft', kl: 7 }
  const { code, err } = await said(['--ci', '--json'], worse)
  expect(code).toBe(1)
  expect(err).toMatch(/Seed 1: what PPO brings is .*at least 0\.350/)
  expect(err).toMatch(/room left of 6 nats of KL is -1\.000/)
  expect((await said([], worse)).code).toBe(0)
})

test('--all ends with 1 where no beta is hacked: there is nothing to show then', async () => {
  const { code, out, err } = await said(['--all'])
  expect(code).toBe(1)
  expect(out.match(/^ +[123] +1 /gm)).toHaveLength(4)
  expect(err).toMatch(/KL without a penalty is 1\.000; it must be at least 3\.000/)
})

test('numbers that are none, and engines that do not learn the planted world, are told', async () => {
  for (const args of [['--seed', '0'], ['--rounds', '1.5'], ['--beta', 'x'], ['--beta=-1'], ['--beta', '']]) {
    await expect(said(args)).rejects.toThrow(ConfigError)
  }
  const nowhere = said(['--picture', '/nowhere-at-all/curves.svg'])
  await expect(nowhere).rejects.toThrow(
    /^--picture is "\/nowhere-at-all\/curves\.svg".* Use --picture curves\.svg\.$/u,
  )
  expect(await said(['--engine', 'trl'])).toMatchObject({ code: 2, out: '' })
})
