/** A short run of what `npm run chaos -- --long` does for an hour: a kill or two, and everything else goes wrong. */
import { expect, test } from 'vitest'
import { chaos } from './chaos.ts'
import type { ChaosSettings } from './plan.ts'

const SHORT: Omit<ChaosSettings, 'seed'> = {
  store: 'sqlite',
  replicas: 1,
  platforms: ['slack'],
  threads: 12,
  questionsPerThread: 3,
  atOnce: 12,
  killEveryMs: 1_500,
  faultEveryMs: 400,
  atMostMs: 60_000,
}

test('T1, T2, T3, D1: killed and lied to, Parley answers every question once, in order and whole', async () => {
  const seed = String(Date.now())
  const { lost, doubled, reordered, torn, complaints, folder, kills, crashes } = await chaos({
    ...SHORT,
    seed,
  })
  const about = `seed ${seed}, logs in ${folder}: ${complaints.join('\n')}`
  expect({ lost, doubled, reordered, torn, crashes }, about).toEqual({
    lost: [],
    doubled: [],
    reordered: [],
    torn: [],
    crashes: 0,
  })
  expect(kills, about).toBeGreaterThan(0)
}, 120_000)
