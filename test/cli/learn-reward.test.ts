/** `parley learn rm serve` and `parley learn bon eval`, with a trained head and a model over HTTP. */
import { mkdirSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { expect, onTestFinished, test, vi } from 'vitest'
import * as z from 'zod'
import { rmServe } from '#core/cli/learn-rm-serve.ts'
import { main } from '#core/cli.ts'
import { SCALAR_NAMES } from '#core/learning/reward/head/features.ts'
import { sealHead, writeHead } from '#core/learning/reward/head/file.ts'
import { build, dialogues, folder, rowsOf } from '#test/learning/dataset/given.ts'
import { catchOutput } from './given.ts'

const output = catchOutput()

const TOKEN = 'a-token-of-this-test'
const DIMENSIONS = 16

/** A head to which only the length matters: the longer, the better. */
async function head(prompts = 500): Promise<string> {
  const model = join(folder(), 'reward')
  mkdirSync(model, { recursive: true })
  const weights = [
    ...new Array(DIMENSIONS).fill(0),
    ...SCALAR_NAMES.map((name) => Number(name === 'log length')),
  ]
  await writeHead(
    model,
    sealHead({
      embedding: { model: 'hashed-words', dimensions: DIMENSIONS, from: 'hashed-words' },
      ...{ scalars: SCALAR_NAMES, heads: [{ weights, offset: -1 }], slope: 1, perLogLength: 0, ridge: 1 },
      ...{ seed: 1, datasets: ['d_1'], prompts, metrics: {} },
    }),
  )
  return model
}

const asked = z.object({ seed: z.number() })

/** Answers with as many letters as its seed, modulo 10. */
async function chatModel(): Promise<string> {
  const server = createServer(async (request, response) => {
    const { seed } = asked.parse(await json(request))
    const chunk = (delta: object, finish: string | null) =>
      `data: ${JSON.stringify({ model: 'letters-1', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.end(
      `${chunk({ content: 'x'.repeat((seed % 10) + 1) }, null)}${chunk({}, 'stop')}data: [DONE]\n\n`,
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('the server has no port')
  return `http://127.0.0.1:${address.port}/v1`
}

const dataset = () => build(dialogues(60), { kinds: ['prompts'] })

test('L4: bon eval says what the best of several would score, and that only people can say whether it is better', async () => {
  const { out } = await dataset()
  const env = {
    OPENAI_BASE_URL: await chatModel(),
    PARLEY_MODEL: 'letters',
    PARLEY_REWARD_MODEL: await head(),
  }
  const args = [
    'learn',
    'bon',
    'eval',
    '--dataset',
    out,
    '--split',
    'train',
    '--limit',
    '2',
    '--n',
    '3',
    '--seed',
    '10',
  ]
  expect(await main([...args, '--json'], env)).toBe(0)
  // Seeds 10 to 12 and 19 to 21: 1, 2, 3 letters, and 10, 1, 2.
  const score = (letters: number) => Math.log1p(letters) - 1
  expect(JSON.parse(output.text)).toMatchObject({
    ...{ dataset: out, split: 'train', n: 3, seed: 10, prompts: 2, failed: 0, shadow: false },
    ...{ model: 'letters-1', rewardModel: expect.stringMatching(/^rm_/), firstLength: 5.5, bestLength: 6.5 },
    first: expect.closeTo((score(1) + score(10)) / 2, 5),
    best: expect.closeTo((score(3) + score(10)) / 2, 5),
  })
  output.forget()
  expect(await main(args, { ...env, PARLEY_REWARD_MODEL: await head(20) })).toBe(0)
  expect(output.text).toMatch(/The best of 3 answers of letters-1, judged by rm_[\s\S]*first answer +0\.\d+/)
  expect(output.text).toMatch(/only people can say[\s\S]*in the bot it only watches/)
})

test.each([
  ['no reward model', ['--n', '4'], /No reward model is given. Name one with --reward/],
  ['one that is not there', ['--reward', './nowhere'], /There is no reward model at \.\/nowhere/],
  ['too many answers', ['--reward', 'x', '--n', '10'], /--n is "10".*from 2 to 9/],
  ['a split that there is not', ['--reward', 'x', '--split', 'dev'], /--split is "dev".*Use --split test/],
])('bon eval: %s is told with what to do', async (_what, args, said) => {
  expect(await main(['learn', 'bon', 'eval', '--dataset', './nowhere', ...args], {})).toBe(1)
  expect(output.text).toMatch(said)
})

test('L2: rm serve judges for a trainer until it is told to stop', async () => {
  const { out, manifest } = await dataset()
  const [row] = rowsOf(out, manifest, 'prompts') as readonly { readonly label: string }[]
  const stop = Promise.withResolvers<void>()
  const args = ['--model', await head(), '--dataset', out, '--port', '0']
  const served = rmServe(args, { PARLEY_REWARD_TOKEN: TOKEN }, () => stop.promise)
  await vi.waitFor(() => expect(output.text).toContain('is served at'))
  expect(output.text).toContain('conversations of 60 prompts')
  expect(output.text).not.toContain(TOKEN)
  const [, url] = /served at (\S+?)[.;]?\n/.exec(output.text) ?? []
  const body = JSON.stringify({ query: ['Hi: xxxx</s>'], prompts: ['Hi: '], labels: [row?.label] })
  const answer = await fetch(`${url}/get_reward?k=${TOKEN}`, { method: 'POST', body })
  expect(await answer.json()).toMatchObject({
    rewards: [expect.closeTo(Math.log1p(4) - 1, 5)],
    extra_logs: { rm_known: [1], rm_failed: [0] },
  })
  stop.resolve()
  expect(await served).toBe(0)
  await expect(fetch(`${url}/healthz`)).rejects.toThrow()
})

test.each([
  ['a token that is too short', ['--token', 'short'], /--token is .*at least 16 characters/],
  ['no token', [], /--token is not set/],
  ['a port that is none', ['--token', TOKEN, '--port', '80a'], /--port is "80a"/],
  ['a service', ['--token', TOKEN], /is a service already/],
])('S6: rm serve: %s is told with what to do', async (_what, args, said) => {
  expect(await main(['learn', 'rm', 'serve', '--model', 'http://rm.example', ...args], {})).toBe(1)
  expect(output.text).toMatch(said)
  expect(output.text).not.toContain('short"')
})

test('what is not understood shows how it is used', async () => {
  for (const args of [['rm', 'serve'], ['bon'], ['bon', 'eval'], ['bon', 'train']]) {
    output.forget()
    expect(await main(['learn', ...args], {})).toBe(2)
    expect(output.text).toMatch(/Usage: parley learn <what>[\s\S]*(rm serve --model|bon eval --dataset)/)
  }
})
