import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text as textOf } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import * as z from 'zod'
import { main } from '#core/cli.ts'
import { Rankings } from '#core/feedback/rankings.ts'
import { recordId } from '#core/feedback/record-id.ts'
import { ComparisonTasks } from '#core/feedback/tasks.ts'
import { sha256OfModel } from '#core/learning/jobs/model-files.ts'
import { RunDirectory } from '#core/learning/jobs/run-directory.ts'
import type { ModelRecord } from '#core/learning/registry/record.ts'
import { Registry } from '#core/learning/registry/registry.ts'
import { Audit } from '#core/safety/audit.ts'
import { Pseudonyms } from '#core/safety/pseudonyms.ts'
import { openSqliteStore } from '#core/store/sqlite-store.ts'
import { build, dialogues } from '#test/learning/dataset/given.ts'
import { quietLog } from '#test/quiet-log.ts'
import { VirtualClock } from '#test/virtual-clock.ts'
import { catchOutput } from './given.ts'

const asked = z.object({ model: z.string(), messages: z.array(z.object({ content: z.string() })) })

/** Three models at one address: `good` answers well, `plain` does not, and `judge` can tell. */
function answer({ model, messages }: z.infer<typeof asked>): string {
  const last = messages.at(-1)?.content ?? ''
  if (model === 'good') return 'A splendid answer.'
  if (model !== 'judge') return 'An answer so so.'
  if (last.includes('<answer>')) return 'good'
  return /<A>\s*A splendid/.test(last) ? 'A' : 'B'
}

let server: Server
let baseUrl = ''
beforeAll(async () => {
  server = createServer((request, response) => {
    textOf(request).then((body) => {
      if (request.url !== '/v1/chat/completions') return response.writeHead(404).end()
      const said = asked.parse(JSON.parse(body))
      const event = (choice: object) =>
        `data: ${JSON.stringify({ id: '1', object: 'chat.completion.chunk', model: said.model, choices: [choice] })}\n\n`
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(event({ index: 0, delta: { content: answer(said) } }))
      response.end(`${event({ index: 0, delta: {}, finish_reason: 'stop' })}data: [DONE]\n\n`)
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  if (typeof address === 'object' && address !== null) baseUrl = `http://127.0.0.1:${address.port}/v1`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

let folder = ''
const output = catchOutput()
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-models-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

const store = () => openSqliteStore(env().PARLEY_STORE, quietLog)
const env = () => ({
  PARLEY_STORE: `sqlite:${join(folder, 'parley.sqlite')}`,
  ...{ OPENAI_BASE_URL: baseUrl, OPENAI_API_KEY: 'none', PARLEY_MODEL: 'plain', PARLEY_LOG_LEVEL: 'fatal' },
})
const learn = async (...args: readonly string[]) => {
  output.forget()
  return await main(['learn', ...args], env())
}

/** A model that was trained and is served. */
async function register(id: string, kl: number, more: Partial<ModelRecord> = {}): Promise<void> {
  const open = store()
  const registry = new Registry({
    ...{ store: open.keyv('models'), clock: new VirtualClock(1_000) },
    flawOf: async () => undefined,
    audit: async () => {},
  })
  const served = { baseUrl, model: 'good' }
  await registry.add({
    ...{ schema: 1, id, stage: 'ppo', createdAt: 1, datasets: [{ id: 'the data', consentEpoch: 2 }] },
    artifact: { schema: 1, kind: 'policy', uri: 'good', job: id, metrics: { kl }, served },
    ...more,
  })
  await open.close()
}

async function dataset(): Promise<string> {
  const topics = 'abcdefghijklmnopqrst'
  const rows = Array.from({ length: 400 }, (_, nth) => {
    const words = [nth % 20, (nth * 7 + 3) % 20, Math.floor(nth / 20), (nth * 13) % 20]
    const name = words.map((place) => topics.charAt(place).repeat(4)).join(' ')
    return JSON.stringify({
      instruction: `Say something about ${name} number ${nth * 7919}`,
      output: `${name} is nice.`,
    })
  })
  writeFileSync(join(folder, 'rows.jsonl'), rows.join('\n'))
  expect(await learn('dataset', 'import', join(folder, 'rows.jsonl'), '--licence', 'CC0')).toBe(0)
  const out = join(folder, 'data')
  expect(await learn('dataset', 'build', '--out', out, '--kinds', 'prompts', '--per-person', '1000')).toBe(0)
  return out
}

test('L4, L6: compared blind, judged by the gate, canary, promoted, and back', async () => {
  const data = await dataset()
  await register('better', 1.9, { reward: { accuracy: 0.712, agreement: 0.739 } })
  expect(await learn('model', 'promote', 'better')).toBe(1)
  expect(output.text).toContain('Run "parley learn eval gate" first')

  expect(await learn('eval', 'winrate', 'better', '--dataset', data, '--n', '10', '--grader', 'judge')).toBe(
    0,
  )
  expect(output.text).toContain('It won 100 % of 10')
  expect(await learn('eval', 'gate', 'better')).toBe(1)
  expect(output.text).toContain('no   It was not tried on the safety set. Run "parley learn eval safety".')
  expect(await learn('eval', 'safety', 'better', '--grader', 'judge')).toBe(0)
  expect(await learn('eval', 'gate', 'better')).toBe(0)
  expect(output.text).toContain('better may go to people.')
  const judge = 'Its reward model is right in 71 of 100; raters agree among themselves in 74.'
  expect(output.text).toContain(judge)

  expect(await learn('model', 'canary', 'better', '--weight', '25')).toBe(0)
  expect(await learn('model', 'ls')).toBe(0)
  expect(output.text).toMatch(/better +ppo +canary of 25 %/)
  expect(output.text).toContain('The model of the configuration answers the other 75 of 100 threads.')
  expect(await learn('model', 'promote', 'better')).toBe(0)
  expect(await learn('model', 'show', 'better')).toBe(0)
  for (const line of ['- State: production', '- dataset the data, built in consent epoch 2', '| kl | 1.9 |'])
    expect(output.text).toContain(line)
  // Win rate, KL, safety set and length are on the card, and what the score is worth.
  for (const line of [
    '- yes: It won 100 % of 10 blinded comparisons',
    '- yes: It is 1.9 nats a reply away from the supervised model',
    '- yes: On the safety set it failed 0 times, the model in production 0.',
    '- yes: Its replies are 13 % longer; at most 20 % longer is allowed.',
    `- to know: ${judge}`,
  ])
    expect(output.text).toContain(line)
  expect(await learn('model', 'rollback', 'it', 'was', 'rude')).toBe(0)
  expect(output.text).toContain('better was taken back. The model of the configuration answers.')
  expect(await learn('model', 'rollback')).toBe(1)
  expect(await learn('model', 'saw', 'the data')).toBe(0)
  expect(output.text).toBe('better\n')

  const open = store()
  const actions = (await new Audit(open.keyv('audit')).all()).map(({ action, model }) => [action, model])
  await open.close()
  expect(actions.filter(([, model]) => model !== undefined)).toEqual([
    ['model set as canary', 'better'],
    ['model promoted', 'better'],
    ['model rolled back', 'better'],
  ])
})

test('L4: people who compare blind in the console are counted, and a hacked reward does not pass', async () => {
  const data = await dataset()
  await register('hacked', 20.4)
  expect(await learn('eval', 'winrate', 'hacked', '--dataset', data, '--n', '8')).toBe(0)
  expect(output.text).toContain('8 comparisons wait in the trainer console')
  const unseen = readFileSync(join(data, 'prompts/test.jsonl'), 'utf8')

  const open = store()
  const pseudonyms = await Pseudonyms.open(open.keyv('secrets'))
  const tasks = await Array.fromAsync(new ComparisonTasks(open.keyv('tasks'), pseudonyms).all())
  expect(tasks).toHaveLength(8)
  // Which neither model has learned from (rule L1).
  for (const { question } of tasks) expect(unseen).toContain(JSON.stringify(question))
  const rankings = new Rankings(open.keyv('rankings'), pseudonyms)
  for (const [nth, task] of tasks.entries()) {
    const ours = task.candidates.find(({ made }) => made?.arm === 'hacked')?.id ?? ''
    const ids = task.candidates.map(({ id }) => id)
    await rankings.put({
      ...{ schema: 1, id: recordId(nth, `r${nth}`), at: nth, provenance: 'web', task: task.id, rater: 'p_1' },
      ...{ displayed: ids, order: [[ours], ids.filter((id) => id !== ours)], allBad: false },
    })
  }
  await open.close()
  expect(await learn('eval', 'gate', 'hacked', '--json')).toBe(1)
  const verdict = JSON.parse(output.text)
  expect(verdict).toMatchObject({ model: 'hacked', against: 'default', passed: false })
  expect(verdict.reasons.map(({ passed }: { passed: boolean }) => passed)).toEqual([true, false, false, true])
  expect(verdict.reasons[1].text).toContain('20.4 nats')
})

/** A finished job of a trainer that shows nothing of what its model says. */
async function finished(id: string): Promise<RunDirectory> {
  const { out, manifest } = await build(dialogues(60), { out: join(folder, `data-${id}`), kinds: ['sft'] })
  const run = await RunDirectory.create(join(folder, 'runs'), {
    ...{ schema: 1, id, engine: 'trl', stage: 'dpo', seed: 1, settings: {}, createdAt: 1 },
    dataset: { folder: out, id: manifest.id },
  })
  mkdirSync(run.modelPath)
  writeFileSync(join(run.modelPath, 'config.json'), '{"model_type":"tiny"}')
  const header = Buffer.from('{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}')
  const length = Buffer.alloc(8)
  length.writeUInt32LE(header.length)
  writeFileSync(
    join(run.modelPath, 'model.safetensors'),
    Buffer.concat([length, header, Buffer.from([0, 0, 128, 63])]),
  )
  await run.addMetric({ step: 40, at: 1, values: { loss: 0.5 } })
  const sha256 = await sha256OfModel(run.modelPath)
  await run.setArtifact({ schema: 1, kind: 'policy', uri: run.modelPath, sha256, job: id, metrics: {} })
  await run.setStatus({ state: 'succeeded', updatedAt: 1 })
  return run
}

test('a model that showed nothing in training is asked when it is served, once; one that is away is registered all the same', async () => {
  const run = await finished('shy')
  const add = (id: string, at: string) =>
    learn(
      ...['model', 'add', 'shy', '--runs', join(folder, 'runs'), '--id', id],
      ...['--served-at', at, '--served-as', 'good'],
    )
  expect(await add('away', `${baseUrl}/nowhere`), output.text).toBe(0)
  expect(output.text).toMatch(
    /^away is registered\. It could not be asked for samples: .+\. "parley learn eval gate/,
  )
  expect(await Array.fromAsync(run.samples())).toEqual([])
  expect(await add('shy', baseUrl), output.text).toBe(0)
  expect(output.text).toContain(`What it says to 4 prompts is in ${run.samplesPath}.`)
  const samples = await Array.fromAsync(run.samples())
  expect(samples).toHaveLength(4)
  for (const sample of samples) expect(sample).toMatchObject({ step: 40, completion: 'A splendid answer.' })
  expect(new Set(samples.map(({ prompt }) => prompt)).size).toBe(4)
  expect(await add('shy', baseUrl)).toBe(0)
  expect(await Array.fromAsync(run.samples())).toHaveLength(4)
})

test('an endpoint that is not there is said with what to do, and no stack', async () => {
  const data = await dataset()
  await register('better', 1.9)
  for (const verb of [
    ['winrate', 'better', '--dataset', data, '--n', '1'],
    ['safety', 'better'],
  ]) {
    output.forget()
    const none = { ...env(), OPENAI_BASE_URL: 'http://127.0.0.1:1/v1' }
    expect(await main(['learn', 'eval', ...verb, '--grader', 'judge'], none)).toBe(1)
    expect(output.text).toMatch(
      /^127\.0\.0\.1:1 cannot be reached.*\. Start the server, or correct its address: .*\.\n$/u,
    )
  }
})

test('L6: a model whose files were cut off or are gone is promoted by nobody, whatever they say', async () => {
  const run = await finished('torn')
  const at = ['--served-at', baseUrl, '--served-as', 'good']
  expect(await learn('model', 'add', 'torn', '--runs', join(folder, 'runs'), ...at), output.text).toBe(0)
  const weights = join(run.modelPath, 'model.safetensors')
  truncateSync(weights, 20)
  for (const verb of ['promote', 'canary']) {
    expect(await learn('model', verb, 'torn', '--anyway', 'it looked fine')).toBe(1)
    expect(output.text).toMatch(
      /torn cannot be used: the files in .* are not those of the job: their checksum differs/,
    )
  }
  rmSync(run.modelPath, { recursive: true })
  expect(await learn('model', 'promote', 'torn', '--anyway', 'it looked fine')).toBe(1)
  expect(output.text).toContain('torn cannot be used: its files cannot be read')
  expect(await learn('model', 'ls')).toBe(0)
  expect(output.text).toContain('The model of the configuration answers.')
})

test('what is missing or wrong is said, with what to do', async () => {
  expect(await learn('model', 'promote', 'nobody')).toBe(1)
  expect(output.text).toContain('There is no model "nobody"')
  await register('better', 1)
  expect(await learn('model', 'canary', 'better', '--weight', '0')).toBe(1)
  expect(output.text).toContain('--weight is "0"; expected a percentage')
  expect(await learn('eval', 'winrate', 'better')).toBe(1)
  expect(output.text).toContain('--dataset is missing')
  expect(await learn('eval', 'safety', 'better')).toBe(1)
  expect(output.text).toContain('--grader is missing')
  expect(await learn('model')).toBe(2)
})
