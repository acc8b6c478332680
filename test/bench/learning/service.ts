/** 200 answers at once, each a request of its own as OpenRLHF sends them, over a real socket. */

import { systemClock } from '#core/clock.ts'
import { createBatched } from '#core/learning/reward/batched.ts'
import type { RewardModel } from '#core/learning/reward/reward-model.ts'
import { serveReward } from '#core/learning/reward/serve.ts'
import { quietLog } from '#test/quiet-log.ts'
import { type Figure, median } from '../figures.ts'

const REQUESTS = 200
const RUNS = 5
const TOKEN = 'a-token-of-this-bench'
/** As an embedding endpoint takes it for a batch. */
const EMBEDDING_MS = 50

export async function service(): Promise<readonly Figure[]> {
  let batches = 0
  const reward: RewardModel = {
    ...{ id: 'rm_bench', shadow: false },
    score: async (judged, signal) => {
      batches += 1
      await systemClock.sleep(EMBEDDING_MS, signal)
      return judged.map(({ answer }) => ({ value: answer.length / 100, conservative: 0 }))
    },
  }
  const server = await serveReward({
    ...{ reward, token: TOKEN, host: '127.0.0.1', port: 0, clock: systemClock, log: quietLog },
  })
  try {
    await answersAtOnce(server.url, 'before')
    batches = 0
    const times: number[] = []
    for (let run = 0; run < RUNS; run += 1) times.push(await answersAtOnce(server.url, `run ${run}`))
    return [
      { metric: `${REQUESTS} single answers at once`, value: median(times), unit: 'ms', bar: '< 2000' },
      { metric: 'batches for them', value: batches / RUNS, unit: '' },
      { metric: 'an answer, known already', value: await known(reward), unit: 'µs' },
    ]
  } finally {
    await server.close()
  }
}

async function answersAtOnce(url: string, run: string): Promise<number> {
  const began = performance.now()
  const rewards = await Promise.all(
    Array.from({ length: REQUESTS }, async (_, nth) => {
      const body = JSON.stringify({
        query: [`Hi: answer ${nth} of ${run}</s>`],
        prompts: ['Hi: '],
        labels: [''],
      })
      const answer = await fetch(`${url}/get_reward?k=${TOKEN}`, { method: 'POST', body })
      if (answer.status !== 200) throw new Error(`the service answered ${answer.status}`)
      return answer.text()
    }),
  )
  if (rewards.length !== REQUESTS) throw new Error('an answer is missing')
  return performance.now() - began
}

async function known(reward: RewardModel): Promise<number> {
  const batched = createBatched(reward, { clock: systemClock })
  const { signal } = new AbortController()
  const judged = [{ conversation: [{ role: 'user' as const, content: 'Hi' }], answer: 'x'.repeat(1_000) }]
  await batched.score(judged, signal)
  const began = performance.now()
  const rounds = 1_000
  for (let round = 0; round < rounds; round += 1) await batched.score(judged, signal)
  return ((performance.now() - began) / rounds) * 1_000
}
