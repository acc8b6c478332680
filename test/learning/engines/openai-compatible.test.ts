import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { LLMock } from '@copilotkit/aimock'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { type Clock, systemClock } from '#core/clock.ts'
import type { JobEvent, JobSpec } from '#core/learning/engine.ts'
import { createOpenAICompatible } from '#core/learning/engines/openai-compatible/openai-compatible.ts'
import type { RunDirectory } from '#core/learning/jobs/run-directory.ts'
import { build, dialogues } from '#test/learning/dataset/given.ts'
import { dataset, runOf, specOf } from './given.ts'

const engine = (env: NodeJS.ProcessEnv = {}, clock: Clock = systemClock) =>
  createOpenAICompatible({ clock, env, fetch, lookMs: 0 })
const spec = (base_url: string, more: Partial<JobSpec> = {}) =>
  specOf({ engine: 'openai-compatible', base: 'gpt-tiny', ...more, settings: { base_url, ...more.settings } })

async function followed(run: RunDirectory): Promise<readonly JobEvent[]> {
  return await Array.fromAsync(engine().events(run, AbortSignal.timeout(10_000)))
}

describe('L2 L5: against aimock, which keeps to what OpenAI documents', () => {
  const server = new LLMock({ port: 0, host: '127.0.0.1' })
  beforeAll(async () => {
    server.on({ model: /^ft:gpt-tiny:/ }, { content: 'as I was taught' })
    await server.start()
  })
  afterAll(() => server.stop())
  const asked = (path: string) =>
    server.getRequests().filter((request) => request.method === 'POST' && request.path === path)

  test.each([
    ['sft', { n_epochs: 2, batch_size: 'auto', suffix: 'parley' }],
    ['dpo', { beta: 0.2 }],
    ['rft', { reasoning_effort: 'low', eval_interval: 5 }],
  ] as const)('%s, from the files to the name of the model', async (stage, settings) => {
    server.clearRequests()
    const run = await runOf(spec(`${server.url}/v1`, { stage, settings }))
    await engine().submit(run)
    const events = await followed(run)
    expect(events.at(-1)).toMatchObject({ type: 'status', status: { state: 'succeeded' } })
    expect(events).toContainEqual({ type: 'log', line: 'Training started' })
    const artifact = await engine().collect(run)
    expect(artifact).toMatchObject({ kind: 'policy', served: { baseUrl: `${server.url}/v1` }, job: 'job-1' })
    expect(artifact.served?.model).toBe(artifact.uri)
    expect(artifact.uri).toMatch(/^ft:gpt-tiny:/)
    const samples = await Array.fromAsync(run.samples())
    expect(samples.length).toBeGreaterThan(0)
    expect(new Set(samples.map(({ completion }) => completion))).toEqual(new Set(['as I was taught']))
    expect(events.filter(({ type }) => type === 'sample')).toHaveLength(samples.length)
    expect(asked('/v1/files')).toHaveLength(2)
    const [created] = asked('/v1/fine_tuning/jobs')
    await expect(`${JSON.stringify(bodyOf(created?.body), undefined, 2)}\n`).toMatchFileSnapshot(
      `golden/openai-${stage}.json`,
    )
    await expect(engine().submit(run)).rejects.toThrow('The job has succeeded.')
  })

  test('a job is cancelled there', async () => {
    const run = await runOf(spec(`${server.url}/v1`))
    await engine().submit(run)
    await engine().cancel(run)
    expect(await run.status()).toMatchObject({ state: 'cancelled' })
    await expect(engine().cancel(run)).rejects.toThrow('Nothing is to be cancelled: the job was cancelled.')
    await expect(engine().collect(run)).rejects.toThrow('there is no model of it')
  })

  test('what the endpoint does not take is said in its words, and the job keeps what was uploaded', async () => {
    server.clearRequests()
    const run = await runOf(spec(`${server.url}/v1`, { settings: { batch_size: 100_000 } }))
    await expect(engine().submit(run)).rejects.toThrow(
      /answered 400 .*batch_size.*Mend that and resume the job/s,
    )
    expect(await run.status()).toMatchObject({ state: 'failed' })
    await expect(engine().submit(run)).rejects.toThrow('batch_size')
    expect(asked('/v1/files')).toHaveLength(2)
  })
})

/** Ids differ from run to run. */
const bodyOf = (body: unknown): unknown => ({
  ...Object(body),
  training_file: 'file-train',
  validation_file: 'file-validation',
  metadata: { ...Object(body).metadata, parley_attempt: 'attempt', parley_dataset: 'ds' },
})

/** An endpoint that answers as it is told, and remembers what it was asked. */
async function endpoint(
  answer: (request: IncomingMessage, body: string, response: ServerResponse) => unknown,
): Promise<{ readonly url: string; readonly asked: string[] }> {
  const asked: string[] = []
  const server = createServer(async (request, response) => {
    const body = await text(request)
    asked.push(`${request.method} ${request.url} ${request.headers.authorization}`)
    const said = answer(request, body, response)
    if (!response.headersSent) response.setHeader('content-type', 'application/json')
    response.end(
      JSON.stringify(said ?? { error: { message: 'no such path', type: 'invalid_request_error' } }),
    )
  }).listen(0, '127.0.0.1')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  await new Promise((resolve) => server.once('listening', resolve))
  const bound = server.address()
  return { url: `http://127.0.0.1:${typeof bound === 'object' ? bound?.port : ''}/v1`, asked }
}

/** A job in a given state, with events as OpenAI lists them: the newest first. */
const trains = (
  state: () => object,
  events: readonly object[] = [],
  listed: () => readonly object[] = () => [],
) => {
  const job = () => ({ id: 'ftjob-1', status: 'running', fine_tuned_model: null, error: null, ...state() })
  return ({ method, url = '' }: IncomingMessage) => {
    if (url === '/v1/files') return { id: 'file-1', status: 'processed' }
    if (url.startsWith('/v1/fine_tuning/jobs/ftjob-1/events')) return { data: events, has_more: false }
    if (method === 'GET' && url.startsWith('/v1/fine_tuning/jobs?'))
      return { data: listed(), has_more: false }
    return job()
  }
}

test('figures and progress come from the events, oldest first, at their own time', async () => {
  const metrics = (step: number, train_loss: number) => ({
    ...{
      id: `e${step}`,
      level: 'info',
      type: 'metrics',
      message: `Step ${step}/20: training loss=${train_loss}`,
    },
    ...{ created_at: 1_000 + step, data: { step, train_loss, full_valid_loss: null } },
  })
  const warned = { id: 'w', level: 'warn', message: 'few rows', created_at: 1_000, data: null }
  const { url } = await endpoint(trains(() => ({}), [metrics(10, 0.5), metrics(5, 0.9), warned]))
  const run = await runOf(spec(url))
  await engine().submit(run)
  expect(await engine().status(run)).toMatchObject({
    ...{
      state: 'running',
      external: 'fine-tuning:ftjob-1',
      progress: { done: 10, total: 20, unit: 'steps' },
    },
  })
  await engine().status(run)
  expect(await Array.fromAsync(run.metrics())).toEqual([
    { step: 5, at: 1_005_000, values: { loss: 0.9, train_loss: 0.9 } },
    { step: 10, at: 1_010_000, values: { loss: 0.5, train_loss: 0.5 } },
  ])
  expect(readFileSync(run.logPath, 'utf8').split('\n')[0]).toBe('warn: few rows')
})

test('a finished model that nobody can ask yet is a model all the same, and the log says why there are no samples', async () => {
  const { url, asked } = await endpoint((request, _, response) => {
    if (request.url === '/v1/chat/completions') response.statusCode = 404
    return trains(() => ({ status: 'succeeded', fine_tuned_model: 'ft:tiny' }))(request)
  })
  const run = await runOf(spec(url))
  await engine().submit(run)
  expect(await engine().status(run)).toMatchObject({ state: 'succeeded' })
  expect(await run.artifact()).toMatchObject({ uri: 'ft:tiny' })
  expect(await Array.fromAsync(run.samples())).toEqual([])
  expect(readFileSync(run.logPath, 'utf8')).toMatch(/^No samples of the finished model: .*404/m)
  expect(asked.filter((line) => line.includes('chat/completions')).length).toBeGreaterThan(0)
})

test('a failure there is told with its reason', async () => {
  const { url } = await endpoint(
    trains(() => ({ status: 'failed', error: { message: 'The file has 3 bad lines' } })),
  )
  const run = await runOf(spec(url))
  await engine().submit(run)
  expect(await engine().status(run)).toMatchObject({
    ...{ state: 'failed', reason: expect.stringContaining('The file has 3 bad lines. Mend that') },
  })
})

test('a job that ends without naming a model has failed', async () => {
  const { url } = await endpoint(trains(() => ({ status: 'succeeded' })))
  const run = await runOf(spec(url))
  await engine().submit(run)
  expect(await engine().status(run)).toMatchObject({
    state: 'failed',
    reason: expect.stringContaining('ftjob-1'),
  })
  expect(await run.artifact()).toBeUndefined()
})

test('kill -9 after the endpoint took the job, before that was written down: it is found, not begun again', async () => {
  let created: string | undefined
  const { url, asked } = await endpoint((request, body, response) => {
    if (request.method === 'POST' && request.url === '/v1/fine_tuning/jobs') {
      created = JSON.parse(body).metadata.parley_attempt
      response.destroy()
    }
    const listed = () =>
      created === undefined
        ? []
        : [{ id: 'ftjob-1', status: 'running', metadata: { parley_attempt: created } }]
    return trains(() => ({}), [], listed)(request)
  })
  const run = await runOf(spec(url))
  await expect(engine().submit(run)).rejects.toThrow('cannot be reached')
  await engine().submit(run)
  expect(await engine().status(run)).toMatchObject({ state: 'running', external: 'fine-tuning:ftjob-1' })
  const posts = asked.filter((line) => line.startsWith('POST'))
  expect(posts.map((line) => line.split(' ')[1])).toEqual(['/v1/files', '/v1/files', '/v1/fine_tuning/jobs'])
})

test('an endpoint that is silent for a while changes nothing', async () => {
  let down = false
  const { url } = await endpoint((request, _, response) => {
    if (down) response.statusCode = 401
    return trains(() => ({}))(request)
  })
  const run = await runOf(spec(url))
  await engine().submit(run)
  await engine().status(run)
  down = true
  expect(await engine().status(run)).toMatchObject({
    ...{ state: 'running', reason: expect.stringMatching(/answered 401 .* This is what it said at /s) },
  })
  down = false
  expect((await engine().status(run)).reason).toBeUndefined()
})

test('S5: a key goes only where it was meant to, and into no file', async () => {
  const { url, asked } = await endpoint(trains(() => ({})))
  const env = { OPENAI_API_KEY: 'sk-ours', THEIR_KEY: 'sk-theirs' }
  const plain = await runOf(spec(url))
  await engine(env).submit(plain)
  expect(asked.every((line) => line.endsWith('Bearer not-needed'))).toBe(true)
  const named = await runOf(spec(url, { settings: { key_env: 'THEIR_KEY' } }))
  await engine(env).submit(named)
  expect(asked.at(-1)).toMatch(/Bearer sk-theirs$/)
  for (const name of ['spec.json', 'remote.json', 'status.json']) {
    expect(readFileSync(join(named.path, name), 'utf8')).not.toContain('sk-')
  }
})

/** Where a server was, and is no more. */
async function closedPort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const bound = server.address()
  await new Promise((resolve) => server.close(resolve))
  return `http://127.0.0.1:${typeof bound === 'object' ? bound?.port : ''}/v1`
}

test.each([
  ['nothing there', closedPort, /cannot be reached \(ECONNREFUSED\)\. Look whether http:.* is right/],
  [
    'a server that trains nothing',
    async () => (await endpoint((_, __, response) => void response.writeHead(404))).url,
    /answered 404 .*Name an endpoint that has \/files and \/fine_tuning\/jobs/,
  ],
])('an endpoint that is not there: %s', async (_, url, words) => {
  const run = await runOf(spec(await url()))
  await expect(engine().submit(run)).rejects.toThrow(words)
  expect(await run.status()).toBeUndefined()
})

test('OpenAI itself: what is ending there is said, and refused once it has ended', async () => {
  const official = specOf({ engine: 'openai-compatible', base: 'gpt-4.1' })
  const [before, after] = [Date.UTC(2027, 0, 5), Date.UTC(2027, 0, 6)].map((at) => ({
    ...systemClock,
    now: () => at,
  }))
  const env = { OPENAI_API_KEY: 'sk-ours' }
  const refused = await runOf(official)
  await expect(engine(env, after).submit(refused)).rejects.toThrow(
    'takes no new fine-tuning jobs after 2027-01-06',
  )
  const run = await runOf(official)
  const { url, asked } = await endpoint(trains(() => ({})))
  const rerouted: typeof fetch = (input, init) =>
    fetch(String(input).replace('https://api.openai.com/v1', url), init)
  await createOpenAICompatible({ clock: before ?? systemClock, env, fetch: rerouted }).submit(run)
  expect(readFileSync(run.logPath, 'utf8')).toContain(
    'OpenAI itself takes no new fine-tuning jobs after 2027-01-06',
  )
  expect(asked[0]).toBe('POST /v1/files Bearer sk-ours')
})

test.each([
  ['ppo', { stage: 'ppo' }, 'does sft, dpo, rft, and no ppo'],
  ['a setting of another stage', { settings: { beta: 0.1 } }, 'knows no setting "beta" for sft'],
  ['no base', { base: undefined }, 'Say with --base'],
  ['another dataset', { dataset: { folder: dataset.folder, id: 'ds_other' } }, 'no longer ds_other'],
] satisfies [string, object, string][])('refused before anything is sent: %s', async (_, more, words) => {
  const { url, asked } = await endpoint(trains(() => ({})))
  const run = await runOf(spec(url, more as Partial<JobSpec>))
  await expect(engine().submit(run)).rejects.toThrow(words)
  expect(asked).toEqual([])
})

test('too little data is refused before anything is sent, with what to do', async () => {
  const { out, manifest } = await build(dialogues(3), { kinds: ['sft-openai'] })
  const { url, asked } = await endpoint(trains(() => ({})))
  const run = await runOf(spec(url, { dataset: { folder: out, id: manifest.id } }))
  await expect(engine().submit(run)).rejects.toThrow(/take 10 rows or more, and there are [0-3]\./)
  expect(asked).toEqual([])
})

test('no key for OpenAI: which variable to set', async () => {
  const run = await runOf(specOf({ engine: 'openai-compatible' }))
  await expect(engine().submit(run)).rejects.toThrow('Set OPENAI_API_KEY.')
})
