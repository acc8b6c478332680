import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { describe, expect, onTestFinished, test } from 'vitest'
import { systemClock } from '#core/clock.ts'
import { sampleIn } from '#core/learning/engines/sample-lines.ts'
import { openRemoteReward } from '#core/learning/reward/remote.ts'
import { serveReward } from '#core/learning/reward/serve.ts'
import { ModelError } from '#core/model/error.ts'
import { quietLog } from '#test/quiet-log.ts'
import { byLength, type FakeReward, fakeReward } from './given.ts'

const TOKEN = 'a-token-of-this-test'
const never = new AbortController().signal
const items = [{ conversation: [{ role: 'user' as const, content: 'Hi' }], answer: 'Hello there' }]

async function served(reward: FakeReward = fakeReward()) {
  const server = await serveReward({
    ...{ reward, token: TOKEN, host: '127.0.0.1', port: 0, clock: systemClock, log: quietLog },
  })
  onTestFinished(() => server.close())
  return server.url
}

const open = (url: string, token = TOKEN) => openRemoteReward({ url, token, fetch }, never)

describe('a reward model that another process serves', () => {
  test('judges as if it were here', async () => {
    const remote = await open(`${await served(fakeReward({ shadow: true }))}/`)
    expect({ id: remote.id, shadow: remote.shadow }).toEqual({ id: 'rm_test', shadow: true })
    expect(await remote.score(items, never)).toEqual(items.map(byLength))
  })

  test.each([
    ['a wrong token', 'auth', async () => (await open(await served(), 'another')).score(items, never)],
    [
      'embeddings that are away',
      'server',
      async () => {
        const away = fakeReward({ first: async () => Promise.reject(new ModelError('network', 'away')) })
        return (await open(await served(away))).score(items, never)
      },
    ],
    ['nobody there', 'network', () => open('http://127.0.0.1:1')],
    ['another server', 'bad_request', async () => open(`${await served()}/elsewhere`)],
  ])('%s is a ModelError of kind %s', async (_what, kind, work) => {
    const error = await work().catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(ModelError)
    expect(error).toMatchObject({ kind })
  })

  test('a request that is cancelled says so', async () => {
    const remote = await open(await served(fakeReward({ first: () => new Promise(() => {}) })))
    const cancel = new AbortController()
    const scored = remote.score(items, cancel.signal)
    cancel.abort()
    await expect(scored).rejects.toMatchObject({ kind: 'aborted' })
  })

  test('a port that is taken is the operator’s to mend', async () => {
    const { port } = new URL(await served())
    const again = { reward: fakeReward(), token: TOKEN, host: '127.0.0.1', clock: systemClock, log: quietLog }
    await expect(serveReward({ ...again, port: Number(port) })).rejects.toThrow(
      /--port is .*free on 127.0.0.1/,
    )
  })
})

test('L2: TRL’s reward function asks it', async ({ skip }) => {
  const reward = fakeReward()
  const env = { ...process.env, PARLEY_REWARD_URL: await served(reward), PARLEY_REWARD_TOKEN: TOKEN }
  const program = `
import json, sys
sys.path.insert(0, 'src/learning/reward')
sys.dont_write_bytecode = True
from parley_reward import reward
turns = [{'role': 'system', 'content': 'Be kind.'}, {'role': 'user', 'content': 'Hi'}]
print(json.dumps(reward(
    prompts=[turns, 'Bye'], completions=[[{'role': 'assistant', 'content': 'Hello'}], 'Farewell'],
    completion_ids=[[1], [2]], label=['{}', '{}'])))`
  const python = spawn('python3', ['-c', program], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  const missing = await Promise.race([
    once(python, 'spawn').then(() => false),
    once(python, 'error').then(() => true),
  ])
  if (missing) return skip('there is no python3')
  const said = await text(python.stdout)
  const [sample = '', scores = ''] = said.trim().split('\n')
  expect(JSON.parse(scores)).toEqual([0.05 - 0.1, 0.08 - 0.1])
  expect(sampleIn(sample)).toEqual({ prompt: 'Be kind.\nHi', completion: 'Hello', reward: 0.05 - 0.1 })
  expect(reward.asked.flat()).toEqual([
    {
      conversation: [
        { role: 'system', content: 'Be kind.' },
        { role: 'user', content: 'Hi' },
      ],
      answer: 'Hello',
    },
    { conversation: [{ role: 'user', content: 'Bye' }], answer: 'Farewell' },
  ])
})
