import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { main } from '#core/cli.ts'
import { processOf } from '#core/learning/jobs/process.ts'
import { RunDirectory } from '#core/learning/jobs/run-directory.ts'
import { truthOf } from '#core/learning/jobs/truth.ts'
import { HEAD_FILE, readHead } from '#core/learning/reward/head/file.ts'
import { openRewardModel } from '#core/learning/reward/open-reward-model.ts'
import { catchOutput } from '#test/cli/given.ts'
import { embeddingServer } from '#test/model/openai/embedding-server.ts'
import { tastefulDataset } from './tasteful.ts'

const { signal } = new AbortController()
let folder = ''
/** 220 ranked prompts, of which a few are in the test split. */
let dataset = ''
const output = catchOutput()
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'parley-rm-'))
  dataset = await tastefulDataset(join(folder, 'dataset'), 220)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const rm = (...args: readonly string[]) => main(['learn', 'rm', ...args], {})
const lastLine = () => JSON.parse(output.text.trimEnd().split('\n').at(-1) ?? '')
const runsIn = (name: string) => join(folder, 'runs', name)
const train = (name: string, ...args: readonly string[]) =>
  rm('train', '--dataset', dataset, '--embed', 'hashed-words', '--runs', runsIn(name), ...args)
const jobsIn = (name: string): readonly string[] =>
  existsSync(runsIn(name)) ? readdirSync(runsIn(name)) : []

test('L3: a dataset directory becomes a model that judges, is examined and calibrated', async () => {
  expect(await train('first', '--seed', '3', '--json')).toBe(0)
  const { artifact } = lastLine()
  expect(artifact).toMatchObject({ kind: 'reward-model', metrics: { prompts: expect.any(Number) } })
  expect(artifact.metrics.accuracy).toBeGreaterThan(0.7)
  expect(Math.abs(artifact.metrics.lengthAccuracy - 0.5)).toBeLessThan(0.1)
  const metrics = output.text.split('\n').filter((line) => line.includes('"type":"metric"'))
  expect(metrics.some((line) => line.includes('"accuracy"'))).toBe(true)
  expect(metrics.some((line) => line.includes('"iteration"'))).toBe(true)
  // 22 of 220 prompts were ranked by two people, six pairs each.
  expect(artifact.metrics).toMatchObject({ agreement: expect.any(Number), agreementPairs: 22 * 6 })

  const model = await openRewardModel({ address: artifact.uri }, signal, { env: {} })
  expect(model.shadow).toBe(false)
  const conversation = [{ role: 'user', content: 'would you help?' } as const]
  const [kind, rude] = await model.score(
    ['thank you, gladly, right away.', 'whatever, obviously, no way.'].map((answer) => ({
      conversation,
      answer,
    })),
    signal,
  )
  expect(kind?.value).toBeGreaterThan(rude?.value ?? 0)
  expect(kind?.conservative).toBeGreaterThan(rude?.conservative ?? 0)

  output.forget()
  const others = await tastefulDataset(join(folder, 'others'), 120, 2)
  expect(await rm('eval', '--model', artifact.uri, '--dataset', others, '--json')).toBe(0)
  expect(lastLine()).toMatchObject({ model: model.id, prompts: 120, agreementPairs: 12 * 6 })
  const { accuracy, agreement, agreementLow, agreementHigh } = lastLine()
  expect(accuracy).toBeGreaterThan(0.7)
  expect(agreementLow).toBeLessThan(agreement)
  expect(agreementHigh).toBeGreaterThan(agreement)
  output.forget()
  // As "rm train" told it.
  expect(await rm('eval', '--model', artifact.job, '--dataset', dataset, '--runs', runsIn('first'))).toBe(0)
  expect(output.text).toMatch(
    /agrees with \d+\.\d % of preferences \(95 %: .*\); length alone with \d+\.\d %\./,
  )
  const [, agree] =
    /^Right in \d+ of 100; raters agree among themselves in (\d+) \(95 %: \d+ to \d+, of 132 preferences\)\.$/m.exec(
      output.text,
    ) ?? []
  expect(Number(agree)).toBe(Math.round(100 * artifact.metrics.agreement))

  // Of what it learned from, it is asked about the split that it has not seen.
  const { files } = JSON.parse(readFileSync(join(dataset, 'manifest.json'), 'utf8'))
  const unseen = files.find(({ path }: { path: string }) => path === 'rank/test.jsonl')
  output.forget()
  expect(await rm('eval', '--model', artifact.uri, '--dataset', dataset, '--json')).toBe(0)
  // One prompt in ten has two rows.
  expect(lastLine().prompts).toBeLessThanOrEqual(unseen.rows)
  expect(lastLine().prompts).toBeGreaterThan(unseen.rows / 2)

  output.forget()
  await using server = await embeddingServer({ dimensions: 16 })
  const other = ['--embed', `${server.baseUrl}/letters`]
  expect(await rm('eval', '--model', artifact.uri, '--dataset', others, ...other)).toBe(1)
  expect(output.text).toMatch(/was trained on hashed-words.*these are letters.*Use the same embeddings/)

  output.forget()
  const out = join(folder, 'calibrated')
  const calibrate = ['calibrate', '--model', artifact.uri, '--dataset', others, '--out', out, '--json']
  expect(await rm(...calibrate)).toBe(0)
  const calibrated = await readHead(out)
  const original = await readHead(artifact.uri)
  expect(calibrated.id).not.toBe(original.id)
  expect(calibrated.datasets).toEqual([...original.datasets, expect.stringMatching(/^ds_/)])
  // It ranks as before: the weights are the same but for one factor.
  const [now = [], before = []] = [calibrated, original].map(({ heads }) => heads[0]?.weights)
  const factor = (now[0] ?? 0) / (before[0] ?? 0)
  for (const [nth, weight] of now.entries()) expect(weight).toBeCloseTo(factor * (before[nth] ?? 0), 9)
})

test('a killed process is told of as lost and leaves no model; the job begins again, and with few prompts its head is a shadow', async () => {
  const heard = Promise.withResolvers<void>()
  let stalls = true
  await using server = await embeddingServer({
    dimensions: 16,
    answer: ({ body }) => {
      if (!stalls || body.input.length === 1) return undefined
      heard.resolve()
      return 'never'
    },
  })
  const few = await tastefulDataset(join(folder, 'few'), 60)
  const args = [
    '--dataset',
    few,
    '--embed',
    `${server.baseUrl}/letters`,
    '--runs',
    runsIn('killed'),
    '--detach',
  ]
  expect(await rm('train', ...args)).toBe(0)
  await heard.promise
  const [id = ''] = jobsIn('killed')
  const run = new RunDirectory(join(runsIn('killed'), id))
  const worker = processOf((await truthOf(run)).external)
  process.kill(worker?.pid ?? Number.NaN, 'SIGKILL')
  await expect.poll(async () => (await truthOf(run)).state).toBe('lost')
  expect(existsSync(run.modelPath)).toBe(false)
  expect(await main(['learn', 'job', 'collect', id, '--runs', runsIn('killed')], {})).toBe(1)

  stalls = false
  output.forget()
  expect(await main(['learn', 'job', 'resume', id, '--runs', runsIn('killed')], {})).toBe(0)
  expect((await truthOf(run)).state).toBe('succeeded')
  expect(readdirSync(run.modelPath)).toEqual([HEAD_FILE])
  expect(await readHead(run.path)).toMatchObject({ embedding: { model: 'letters', dimensions: 16 } })
  expect(output.text).toMatch(
    /It stays in shadow mode: it learned from \d+ ranked prompts and decides nothing below 200/,
  )
  const model = await openRewardModel({ address: run.path }, signal, { env: {} })
  expect(model.shadow).toBe(true)
})

test('too little data is said, with what to do', async () => {
  const few = await tastefulDataset(join(folder, 'fewer'), 15)
  const args = ['--dataset', few, '--embed', 'hashed-words', '--runs', runsIn('fewer')]
  expect(await rm('train', ...args)).toBe(1)
  expect(output.text).toMatch(/The dataset has \d+ ranked prompts to train on; a head needs 20/)
  expect(output.text).toContain('Collect more rankings')
})

test('an endpoint that is not there is said before anything begins', async () => {
  const gone = await embeddingServer({ dimensions: 3 })
  await gone[Symbol.asyncDispose]()
  expect(await train('gone', '--embed', `${gone.baseUrl}/letters`, '--dimensions', '8')).toBe(1)
  expect(output.text).toContain('cannot be reached')
  expect(output.text).toContain('Start the server or name another')
  expect(jobsIn('gone')).toEqual([])
})

test('a dataset with a wrong checksum is refused, to train and to examine', async () => {
  const broken = await tastefulDataset(join(folder, 'broken'), 30)
  const file = join(broken, 'rank', 'train.jsonl')
  writeFileSync(file, readFileSync(file, 'utf8').replace('well', 'bell'))
  const runs = ['--runs', runsIn('broken')]
  expect(await rm('train', '--dataset', broken, '--embed', 'hashed-words', ...runs)).toBe(1)
  expect(output.text).toContain('rank/train.jsonl was changed: its checksum is')
  expect(jobsIn('broken')).toEqual([])
})

test.each([
  [['train'], 2, 'rm train --dataset'],
  [['eval', '--model', 'x'], 2, 'rm eval --model'],
  [['calibrate', '--model', 'x', '--dataset', 'y'], 2, 'rm calibrate'],
  [['something'], 2, 'rm train --dataset'],
  [['eval', '--model', '/nowhere', '--dataset', '/nowhere'], 1, 'There is no reward model at /nowhere'],
])('%j is refused with what is wrong', async (args, code, says) => {
  expect(await rm(...args)).toBe(code)
  expect(output.text).toContain(says)
  expect(output.text).not.toMatch(/\n {4}at \S+ \(/)
})

test.each([
  [['--heads', '2'], 'heads'],
  [['--dimensions', 'many'], 'dimensions'],
  [['--embed', 'text-embedding-3-small'], 'Set OPENAI_API_KEY'],
])('%j is refused before a job is made', async (args, says) => {
  expect(await train('refused', ...args)).toBe(1)
  expect(output.text).toContain(says)
  expect(jobsIn('refused')).toEqual([])
})
