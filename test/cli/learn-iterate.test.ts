import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text as textOf } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { main } from '#core/cli.ts'
import { systemPrompt } from '#core/dialogue/system-prompt.ts'
import { Rankings } from '#core/feedback/rankings.ts'
import { recordId } from '#core/feedback/record-id.ts'
import { ComparisonTasks } from '#core/feedback/tasks.ts'
import { jobSpecSchema } from '#core/learning/engine.ts'
import { Consents } from '#core/safety/consent.ts'
import { Pseudonyms } from '#core/safety/pseudonyms.ts'
import { ShownReplies } from '#core/store/shown-replies.ts'
import { openSqliteStore } from '#core/store/sqlite-store.ts'
import { Transcripts } from '#core/store/transcripts.ts'
import { words } from '#test/learning/dataset/given.ts'
import { STAND_IN } from '#test/learning/engines/given.ts'
import { quietLog } from '#test/quiet-log.ts'
import { catchOutput } from './given.ts'

let folder = ''
const output = catchOutput()
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-iterate-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

const env = () => ({
  PATH: process.env.PATH,
  PARLEY_STORE: `sqlite:${join(folder, 'parley.sqlite')}`,
  PARLEY_LOG_LEVEL: 'fatal',
})
const learn = async (...args: readonly string[]) => {
  output.forget()
  return await main(['learn', ...args], env())
}
const iterate = (engine: string, ...args: readonly string[]) =>
  learn(
    ...['iterate', '--engine', engine, '--sft', 'tiny', '--rounds', '1', '--rankings', String(QUESTIONS)],
    ...['--name', 'rounds', '--iterations', folder, '--runs', join(folder, 'runs'), ...args],
  )
const specs = () =>
  readdirSync(join(folder, 'runs'))
    .map((id) => join(folder, 'runs', id))
    .map((run) => ({
      run,
      ...jobSpecSchema.parse(JSON.parse(readFileSync(join(run, 'spec.json'), 'utf8'))),
    }))

const QUESTIONS = 24
const ann = { platform: 'web', id: 'ann' }
const bob = { platform: 'web', id: 'bob' }

/** Ann asked, two answers to each question were compared by Bob, and both have agreed. */
async function rankedByPeople(): Promise<void> {
  const store = openSqliteStore(env().PARLEY_STORE, quietLog)
  const pseudonyms = await Pseudonyms.open(store.keyv('secrets'))
  const transcripts = new Transcripts(store.keyv('transcript'), store.keyv('window'))
  const shown = new ShownReplies(store.keyv('shown'))
  const tasks = new ComparisonTasks(store.keyv('tasks'), pseudonyms)
  const rankings = new Rankings(store.keyv('rankings'), pseudonyms)
  const consents = new Consents(store.keyv('consent'), pseudonyms)
  for (const person of [ann, bob]) await consents.set(person, true, 1)
  const { text: system, version } = systemPrompt(undefined)
  const made = { model: 'm', promptVersion: version, sampling: {}, arm: 'main', prompt: { first: 0, end: 1 } }
  for (let nth = 0; nth < QUESTIONS; nth += 1) {
    const [at, reply, thread] = [1_000_000 + nth, `reply-${nth}`, `web:w:c:${nth}`]
    const question = `${words(nth)}?`
    await transcripts.append(thread, [
      { role: 'user', id: `q-${nth}`, speaker: { id: ann.id, name: 'Ann' }, text: question, at },
      { role: 'assistant', id: reply, text: `${words(nth + 100)}.`, at, outcome: 'answered', made },
    ])
    await shown.remember([], reply, { thread, platform: 'web', place: {}, messages: [] })
    const id = recordId(at, `t${nth}`)
    await tasks.put({
      ...{ schema: 1, id, at, provenance: 'web', thread, speakers: [pseudonyms.of(ann)], reply, question },
      prompt: [
        { role: 'system', content: system },
        { role: 'user', content: `Ann: ${question}` },
      ],
      candidates: [200, 300].map((from) => ({ id: `${from}`, text: `${words(nth + from)}.`, at, made })),
      ...{ sampledBy: 'person', seed: 's', wanted: 2, raters: 1, state: 'ready' },
    })
    await rankings.put({
      ...{
        schema: 1,
        id: recordId(at, `r${nth}`),
        at,
        provenance: 'web',
        task: id,
        rater: pseudonyms.of(bob),
      },
      ...{ displayed: ['200', '300'], order: [['300'], ['200']], allBad: false },
    })
  }
  await store.close()
}

/** An endpoint that has trained as soon as it is asked. */
let endpoint: Server
let baseUrl = ''
const created: string[] = []
async function answer(request: IncomingMessage): Promise<object> {
  const body = await textOf(request)
  if (request.url?.startsWith('/v1/files')) return { id: 'file-1', status: 'processed' }
  if (request.url?.includes('/events')) return { data: [], has_more: false }
  if (request.method === 'GET' && request.url?.includes('/jobs?')) return { data: [], has_more: false }
  if (request.url === '/v1/fine_tuning/jobs') created.push(body)
  return { id: 'ftjob-1', status: 'succeeded', fine_tuned_model: 'ft:tiny', error: null }
}
beforeAll(async () => {
  endpoint = createServer(async (request, response) => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify(await answer(request)))
  })
  await new Promise<void>((done) => endpoint.listen(0, '127.0.0.1', done))
  const bound = endpoint.address()
  baseUrl = `http://127.0.0.1:${typeof bound === 'object' ? bound?.port : ''}/v1`
})
afterAll(() => {
  endpoint.closeAllConnections()
  endpoint.close()
})

test('what is set of a stage reaches the job of that stage, and no other', async () => {
  await rankedByPeople()
  const [command, trainer] = [JSON.stringify([STAND_IN, '{command}']), '{"STAND_IN":"well"}']
  // What TRL prints of its validation rows.
  const says = `echo "{'eval_loss': 0.5, 'eval_accuracy': 0.75}"; exec "$@"`
  const evaluating = ['sh', '-c', says, 'sh', STAND_IN, '{command}']
  const set = [
    ...[`rm.command=${JSON.stringify(evaluating)}`, `rm.env=${trainer}`],
    ...['rm.learning_rate=0.00002', 'rm.lr_scheduler_type=cosine'],
    ...[`rloo.command=${command}`, `rloo.env=${trainer}`, 'rloo.beta=0.2'],
  ].flatMap((each) => ['--set', each])
  expect(await iterate('trl', ...set), output.text).toBe(0)
  expect(output.text).toContain('is a candidate')
  const [rm, policy] = specs().toSorted((one, other) => one.createdAt - other.createdAt)
  expect(rm).toMatchObject({ stage: 'rm', settings: { learning_rate: 2e-5, lr_scheduler_type: 'cosine' } })
  expect(policy).toMatchObject({ stage: 'rloo', reward: rm?.run, settings: { beta: 0.2 } })
  expect(Object.keys(policy?.settings ?? {})).toEqual(['command', 'env', 'beta'])
  expect(readFileSync(join(policy?.run ?? '', 'config.yaml'), 'utf8')).toMatch(/^beta: 0.2$/m)
  expect(await learn('model', 'ls', '--json')).toBe(0)
  expect(JSON.parse(output.text)).toMatchObject({ stage: 'rloo', reward: { accuracy: 0.75 } })
})

test('an endpoint that learns from pairs alone has them in its dataset', async () => {
  await rankedByPeople()
  const set = [`dpo.base_url=${baseUrl}`, 'dpo.beta=0.3', 'rm.learning_rate=1'].flatMap((each) => [
    '--set',
    each,
  ])
  expect(await iterate('openai-compatible', ...set), output.text).toBe(0)
  expect(specs()).toMatchObject([{ stage: 'dpo', settings: { base_url: baseUrl, beta: 0.3 } }])
  expect(created).toHaveLength(1)
  expect(JSON.parse(created[0] ?? '')).toMatchObject({ method: { dpo: { hyperparameters: { beta: 0.3 } } } })
  expect(await learn('model', 'ls', '--json')).toBe(0)
  expect(JSON.parse(output.text)).toMatchObject({
    base: 'tiny',
    iteration: 1,
    datasets: [{ consentEpoch: 0 }],
  })
})

test('a small team says how many rankings of one person count', async () => {
  await rankedByPeople()
  expect(await iterate('trl', '--per-person', '10')).toBe(0)
  expect(output.text).toMatch(
    /Raise --per-person to take more\.[\s\S]*waits for people: 10 of 24 new rankings/u,
  )
})

test('what does not name an engine begins nothing, and says which there are', async () => {
  expect(await iterate('tlr')).toBe(1)
  expect(output.text).toMatch(/^There is no engine "tlr"\. Use --engine with one of local, .*\.\n$/u)
  expect(await learn('iterate', '--sft', 'tiny')).toBe(2)
  expect(output.text).toMatch(/^--engine is missing\.\n\nUsage: parley learn <what>\n {2}iterate /u)
})

test('S2, S3: an erased person is in no later dataset, and the models that learned from them are named', async () => {
  await rankedByPeople()
  expect(await iterate('openai-compatible', '--set', `dpo.base_url=${baseUrl}`), output.text).toBe(0)
  const saw = (person: string) => learn('model', 'saw', person, '--runs', join(folder, 'runs'))
  expect(await main(['privacy', 'erase', 'web:ann', '--yes'], env()), output.text).toBe(0)
  const later = join(folder, 'later')
  expect(await learn('dataset', 'build', '--out', later, '--kinds', 'rank,dpo-openai')).toBe(1)
  expect(existsSync(later)).toBe(false)
  for (const person of ['web:ann', 'web:bob']) {
    expect(await saw(person)).toBe(0)
    expect(output.text).toMatch(/rounds-1\n$/)
  }
  expect(await saw('web:carol')).toBe(0)
  expect(output.text).toBe('No model is known to have learned from what web:carol said or judged.\n')
  rmSync(join(folder, 'rounds'), { recursive: true })
  expect(await saw('web:ann')).toBe(0)
  expect(output.text).toMatch(/rounds-1 may have: ds_\w+ cannot be looked into any more\.\n$/)
})

test.each(['beta=0.1', 'policy.beta=0.1', 'learning.rate=1'])(
  'a setting of no stage is refused before anything begins, with what to write: --set %s',
  async (given) => {
    expect(await iterate('trl', '--set', given)).toBe(1)
    const [key] = given.split('=')
    expect(output.text).toContain(`--set ${key} names no stage. Use --set ppo.${key}=… or --set rm.${key}=….`)
    expect(readdirSync(folder)).toEqual([])
  },
)

test.each(['../elsewhere', '.', '', 'a/b', 'a name'])(
  'rounds stay in their folder: no --name %j is taken',
  async (name) => {
    expect(await iterate('trl', '--name', name)).toBe(1)
    expect(output.text).toMatch(/^--name is ".*"; it names a folder and models, so use letters/u)
    expect(readdirSync(folder)).toEqual([])
  },
)
