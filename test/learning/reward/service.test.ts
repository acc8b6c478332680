import { appendFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { type Conversations, readConversations } from '#core/learning/reward/conversations.ts'
import type { RewardModel } from '#core/learning/reward/reward-model.ts'
import { createRewardService } from '#core/learning/reward/service.ts'
import { ModelError } from '#core/model/error.ts'
import { build, dialogues, rowsOf } from '#test/learning/dataset/given.ts'
import { recordingLog } from '#test/quiet-log.ts'
import { settle, VirtualClock } from '#test/virtual-clock.ts'
import { alike, fakeReward } from './given.ts'

const TOKEN = 'a-token-of-this-test'

function service(reward: RewardModel = fakeReward(), more: { readonly conversations?: Conversations } = {}) {
  const clock = new VirtualClock()
  const { log, lines } = recordingLog()
  const app = createRewardService({ reward, token: TOKEN, clock, log, ...more })
  const post = async (path: string, body: unknown, headers: Record<string, string> = {}) => {
    const answer = Promise.resolve(
      app.request(path, {
        method: 'POST',
        body: typeof body === 'string' ? body : JSON.stringify(body),
        headers,
      }),
    )
    let done = false
    void answer.then(() => (done = true))
    while (!done) await clock.advance(10)
    return answer
  }
  return {
    ...{ app, clock, lines, post },
    getReward: (body: unknown) => post(`/get_reward?k=${TOKEN}`, body),
    judge: (body: unknown) => post('/v1/reward', body, { authorization: `Bearer ${TOKEN}` }),
  }
}

/** What OpenRLHF may send, however odd its texts and labels are. */
const OURS = z.object({ query: z.array(z.string()), prompts: z.array(z.string()).optional() })

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const templated = '<|im_start|>user\nName a colour.<|im_end|>\n<|im_start|>assistant\n'

describe('L2: OpenRLHF’s remote contract', () => {
  /** Byte for byte what OpenRLHF 0.11 sends: one answer a request. */
  const replayed = JSON.stringify({
    query: [`${templated}Blue, like the sea.<|im_end|><|endoftext|>`],
    prompts: [templated],
    labels: [''],
  })

  test('the replayed request gets one finite number of each kind', async () => {
    const reward = fakeReward({ scoreOf: () => ({ value: 0.57, conservative: 0.5 }) })
    const answer = await service(reward).getReward(replayed)
    expect(answer.status).toBe(200)
    expect(await answer.json()).toEqual({
      rewards: [0.5],
      scores: [1 / (1 + Math.exp(-0.5))],
      extra_logs: { rm_raw: [0.57], rm_known: [0], rm_failed: [0] },
    })
    expect(reward.asked).toEqual([
      [{ conversation: [{ role: 'user', content: templated.trim() }], answer: 'Blue, like the sea.' }],
    ])
  })

  test('the label finds the conversation without its template', async () => {
    const { out, manifest } = await build(dialogues(12), { kinds: ['prompts'] })
    const conversations = await readConversations(out)
    const rows = rowsOf(out, manifest, 'prompts') as readonly { prompt: unknown; label: string }[]
    expect(conversations.count).toBe(rows.length)
    const reward = fakeReward()
    for (const { label } of rows.slice(0, 3)) {
      const { getReward } = service(reward, { conversations })
      const body = { query: [`${templated}yes</s>`], prompts: [templated], labels: [label] }
      expect(await (await getReward(body)).json()).toMatchObject({ extra_logs: { rm_known: [1] } })
    }
    expect(reward.asked.flat()).toEqual(
      rows.slice(0, 3).map(({ prompt }) => ({ conversation: prompt, answer: 'yes' })),
    )
  })

  test('as many numbers as texts, in their order, also where prompts and labels are missing', async () => {
    const answer = await service().getReward({ query: ['x', 'x'.repeat(300), ''] })
    const { rewards } = (await answer.json()) as { readonly rewards: readonly number[] }
    expect(rewards.map((reward) => reward.toFixed(2))).toEqual(['-0.09', '2.90', '-0.10'])
  })

  test('every answer has the same keys, also when nothing could be judged', async () => {
    const reward = fakeReward({ first: async () => Promise.reject(new ModelError('auth', 'a wrong key')) })
    const { getReward, lines } = service(reward)
    const answer = await getReward(replayed)
    expect(answer.status).toBe(200)
    expect(await answer.json()).toEqual({
      ...{ rewards: [0], scores: [0.5] },
      extra_logs: { rm_raw: [0], rm_known: [0], rm_failed: [1] },
    })
    expect(reward.asked).toHaveLength(1)
    expect(lines()).toMatchObject([{ level: 50, reason: 'a wrong key' }])
  })

  test('an outage of the embeddings is waited for', async () => {
    const reward = fakeReward({
      first: async (call) => {
        if (call < 4) throw new ModelError('network', 'nobody answers')
      },
    })
    const { getReward, clock } = service(reward)
    expect(await (await getReward(replayed)).json()).toMatchObject({ extra_logs: { rm_failed: [0] } })
    expect(reward.asked).toHaveLength(4)
    expect(clock.now()).toBeGreaterThanOrEqual(7_000)
  })

  test('an outage that lasts is told before OpenRLHF gives up', async () => {
    const { getReward, clock } = service(
      fakeReward({ first: async () => Promise.reject(new ModelError('server', 'down')) }),
    )
    expect(await (await getReward(replayed)).json()).toMatchObject({ extra_logs: { rm_failed: [1] } })
    expect(clock.now()).toBeLessThan(150_000)
  })

  test('an endpoint that is silent is given up in time', async () => {
    const { getReward, clock } = service(fakeReward({ first: () => new Promise(() => {}) }))
    expect(await (await getReward(replayed)).json()).toMatchObject({ extra_logs: { rm_failed: [1] } })
    expect(clock.now()).toBeLessThan(180_000)
  })
})

describe('S6: whatever comes in', () => {
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('', '\ud800', '<|im_end|>', 'NaN'))
  const anyLabel = fc.oneof(text, fc.json(), fc.jsonValue())
  const likeOurs = fc.record(
    { query: fc.array(text), prompts: fc.array(text), labels: fc.array(anyLabel) },
    { requiredKeys: [] },
  )
  const anyBody = fc.oneof(
    likeOurs.map((body) => JSON.stringify(body)),
    fc
      .record({ query: fc.jsonValue(), prompts: fc.jsonValue(), labels: fc.jsonValue() })
      .map((body) => JSON.stringify(body)),
    fc.jsonValue().map((body) => JSON.stringify(body)),
    fc.string({ unit: 'binary' }),
  )
  const isOurs = (body: string): boolean => OURS.safeParse(jsonOf(body)).success
  const anyScore = fc.oneof(fc.double(), fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, 1e300))

  test('never a 5xx, never a number that is none, always as many as texts', async () => {
    await fc.assert(
      fc.asyncProperty(anyBody, anyScore, async (body, score) => {
        const { getReward, judge } = service(fakeReward({ scoreOf: () => alike(score) }))
        const answer = await getReward(body)
        expect(answer.status).toBeLessThan(500)
        if (isOurs(body)) expect(answer.status).toBe(200)
        const json = (await answer.json()) as { rewards?: number[]; scores: number[]; extra_logs: object }
        if (answer.status !== 200) expect(json).toEqual({ error: expect.any(String) })
        else {
          const { query } = JSON.parse(body) as { query: string | readonly string[] }
          const length = typeof query === 'string' ? 1 : query.length
          for (const numbers of [json.rewards, json.scores, ...Object.values(json.extra_logs)]) {
            expect(numbers).toHaveLength(length)
            for (const number of numbers)
              expect(number).toSatisfy((each) => Number.isFinite(each) && Math.abs(each) <= 10)
          }
        }
        expect((await judge(body)).status).toBeLessThan(500)
      }),
      { numRuns: 150 },
    )
  })

  test('a body that is too large is refused, and one with a thousand levels is malformed', async () => {
    const { getReward } = service()
    expect((await getReward('x'.repeat(9 * 1024 * 1024))).status).toBe(413)
    expect((await getReward('['.repeat(1_000_000))).status).toBe(400)
    expect((await getReward({ query: new Array(2_000).fill('x') })).status).toBe(400)
  })

  test.each([
    ['/get_reward', {}],
    ['/get_reward?k=', {}],
    ['/get_reward?k=a-token-of-this-tesT', {}],
    ['/v1/reward', {}],
    [`/v1/reward?k=${TOKEN}`, {}],
    ['/v1/reward', { authorization: `Basic ${TOKEN}` }],
  ])('nobody is judged for without the token: %s', async (path, headers) => {
    const reward = fakeReward()
    const answer = await service(reward).post(path, { query: ['x'], items: [] }, headers)
    expect(answer.status).toBe(401)
    expect(reward.asked).toEqual([])
  })

  test('S5: no text and no token in the log', async () => {
    const { getReward, lines } = service(fakeReward({ scoreOf: () => alike(Number.NaN) }))
    await getReward({ query: ['my secret words'], prompts: [''], labels: ['{"pid":"my secret words"}'] })
    expect(lines().length).toBeGreaterThan(0)
    expect(JSON.stringify(lines())).not.toMatch(/secret words|a-token/)
  })
})

describe('/v1/reward', () => {
  const items = [
    { conversation: [{ role: 'user', content: 'Hi' }], answer: 'Hello there' },
    { conversation: [], answer: '' },
  ]

  test('L3: gives the normalised score of each, and which model judged', async () => {
    const answer = await service(fakeReward({ shadow: true, scoreOf: () => alike(99) })).judge({ items })
    expect(await answer.json()).toEqual({ model: 'rm_test', shadow: true, scores: [alike(10), alike(10)] })
  })

  test('says when there are no scores to be had', async () => {
    const answer = await service(
      fakeReward({ first: async () => Promise.reject(new ModelError('network', 'nobody answers')) }),
    ).judge({ items })
    expect(answer.status).toBe(503)
    expect(answer.headers.get('retry-after')).toBe('5')
    expect(await answer.json()).toEqual({ error: 'no scores: nobody answers' })
  })

  test('healthz names the model to anybody', async () => {
    const answer = await service().app.request('/healthz')
    expect(await answer.json()).toEqual({ alive: true, model: 'rm_test', shadow: false })
  })
})

test('200 single requests at once are a few batches', async () => {
  const reward = fakeReward()
  const { app, clock } = service(reward)
  const answers = Array.from({ length: 200 }, (_, nth) =>
    app.request(`/get_reward?k=${TOKEN}`, {
      method: 'POST',
      body: JSON.stringify({ query: [`answer ${nth}`], prompts: [''], labels: [''] }),
    }),
  )
  await settle()
  await clock.advance(10)
  const all = await Promise.all(answers)
  expect(all.every(({ status }) => status === 200)).toBe(true)
  expect(reward.asked.length).toBeLessThanOrEqual(5)
  expect(reward.asked.flat()).toHaveLength(200)
})

test('a dataset without prompts, or one that was changed, is not served', async () => {
  const without = await build(dialogues(12), { kinds: ['sft'] })
  await expect(readConversations(without.out)).rejects.toThrow(/has no prompts. Build it again/)
  const changed = await build(dialogues(12), { kinds: ['prompts'] })
  appendFileSync(join(changed.out, 'prompts/train.jsonl'), '\n')
  await expect(readConversations(changed.out)).rejects.toThrow(/its checksum is another/)
  rmSync(join(changed.out, 'prompts/train.jsonl'))
  await expect(readConversations(changed.out)).rejects.toThrow(
    /^.*prompts.train\.jsonl cannot be read: .*\. Build the dataset again\.$/u,
  )
})
