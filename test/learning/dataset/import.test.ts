import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Demonstrations } from '#core/feedback/demonstrations.ts'
import { buildDataset } from '#core/learning/dataset/build.ts'
import { heldOutRows, importInstructions } from '#core/learning/dataset/instructions/import.ts'
import { demonstrations } from '#core/learning/dataset/sources/demonstrations.ts'
import { Pseudonyms } from '#core/safety/pseudonyms.ts'
import { openSqliteStore } from '#core/store/sqlite-store.ts'
import { quietLog } from '#test/quiet-log.ts'
import { folder, lines, permits, request, words } from './given.ts'

async function open() {
  const store = openSqliteStore('memory:', quietLog)
  const records = new Demonstrations(
    store.keyv('demonstrations'),
    await Pseudonyms.open(store.keyv('secrets')),
  )
  const all = () => Array.fromAsync(records.all())
  const bring = (name: string, content: string, more: { licence?: string; at?: number } = {}) => {
    const path = join(folder(), name)
    writeFileSync(path, content)
    return importInstructions({ path, licence: 'CC-BY-4.0', at: 5_000, ...more }, records)
  }
  /** What the only row became. */
  const one = async (name: string, content: string) => {
    await bring(name, content)
    return (await all())[0]?.messages
  }
  return { records, all, bring, one }
}

const user = (content: string) => ({ role: 'user', content })
const assistant = (content: string) => ({ role: 'assistant', content })

test('instruction, input and output become a question and its answer', async () => {
  const { one } = await open()
  const row = { instruction: 'Translate to French.', input: 'Good night', output: 'Bonne nuit' }
  expect(await one('a.json', JSON.stringify([row], null, 2))).toEqual([
    user('Translate to French.\n\nGood night'),
    assistant('Bonne nuit'),
  ])
})

test.each([
  ['prompt and completion', { prompt: 'Why?', completion: ' Because.' }],
  ['question and answer', { question: 'Why?', answer: 'Because.' }],
  ['messages', { messages: [user('Why?'), assistant('Because.')] }],
  ['TRL prompt and completion', { prompt: [user('Why?')], completion: [assistant('Because.')] }],
])('%s become a dialogue', async (_, row) => {
  const { one } = await open()
  expect(await one('a.jsonl', `${JSON.stringify(row)}\n`)).toEqual([user('Why?'), assistant('Because.')])
})

test('few-shot text becomes the dialogue that it plays, and what stands before it the system prompt', async () => {
  const few = 'Answer briefly.\n\nQ: 1+1?\nA: 2\n\nQ: 2+2?\nA:'
  const played = [
    { role: 'system', content: 'Answer briefly.' },
    user('1+1?'),
    assistant('2'),
    user('2+2?'),
    assistant('4'),
  ]
  const { one } = await open()
  expect(await one('a.jsonl', JSON.stringify({ prompt: few, completion: ' 4' }))).toEqual(played)
  const { one: fromText } = await open()
  expect(await fromText('a.txt', `${few} 4\n`)).toEqual(played)
})

test('a text file holds several, with a line of dashes between them', async () => {
  const { bring, all } = await open()
  await bring('a.txt', 'Q: a?\nA: b\n---\nUser: c?\nAssistant: d\n\nUser: e?\nAssistant: f\n')
  expect((await all()).map(({ messages }) => messages.length).toSorted()).toEqual([2, 4])
})

test('a question that only looks like few-shot text stays as it is', async () => {
  const { one } = await open()
  expect(await one('a.jsonl', JSON.stringify({ prompt: 'Question: why?', completion: 'So.' }))).toEqual([
    user('Question: why?'),
    assistant('So.'),
  ])
})

test('a list within an object, and an array on one line, are read too', async () => {
  const { bring, all } = await open()
  const rows = [1, 2, 3].map((nth) => ({ question: words(nth), answer: 'So.' }))
  expect(await bring('a.json', JSON.stringify({ version: 1, data: rows }, null, 2))).toEqual({
    rows: 3,
    known: 0,
  })
  expect(await bring('b.json', JSON.stringify(rows))).toEqual({ rows: 3, known: 3 })
  expect(await bring('c.jsonl', rows.map((row) => JSON.stringify(row)).join('\r\n'))).toEqual({
    rows: 3,
    known: 3,
  })
  expect(await all()).toHaveLength(3)
})

test('F4: provenance is the licence, and nobody is named as who wrote it', async () => {
  const { bring, all } = await open()
  await bring('a.jsonl', '{"question":"Why?","answer":"So."}', { licence: 'MIT' })
  expect(await all()).toEqual([
    expect.objectContaining({
      provenance: 'import:MIT',
      trainer: 'import',
      speakers: [],
      status: 'reviewed',
    }),
  ])
  await expect(bring('a.jsonl', '{"question":"Why?","answer":"So."}', { licence: '' })).rejects.toThrow(
    'No licence is named',
  )
  await expect(bring('a.jsonl', '{"question":"Why?","answer":"So."}', { licence: 'my own' })).rejects.toThrow(
    '--licence CC-BY-4.0',
  )
})

test('bad rows are named by line, the first three of them, and nothing of the file is kept', async () => {
  const { bring, all } = await open()
  const bad = [
    '{"question":"Fine?","answer":"Yes."}',
    '{"question":"Half a row',
    '{"instruction":"Sum up.","output":7}',
    '',
    '{"prompt":"Say nothing","completion":"  "}',
    '{"quest":"?"}',
  ]
  const error = await bring('bad.jsonl', bad.join('\n')).catch((thrown: unknown) => String(thrown))
  expect(String(error).split('\n').slice(1)).toEqual([
    expect.stringMatching(/^- line 2 is not JSON: /),
    expect.stringMatching(/^- line 3 has a wrong field output: .*string/),
    '- line 5 has no answer: what the assistant should say is empty.',
    '- and 1 more.',
  ])
  expect(String(error)).toContain('bad.jsonl has 4 bad rows; nothing was imported')
  expect(await all()).toEqual([])
})

test('a bad row of an array is named by the line on which it begins', async () => {
  const { bring } = await open()
  const text = '[\n  {"question": "a\\"[?",\n   "answer": "b"},\n\n  {"answer": "c"}, 7\n]'
  await expect(bring('a.json', text)).rejects.toThrow(
    /2 bad rows.*- line 5 has none of the fields.*- line 5 is not an object/s,
  )
})

test.each([
  ['an empty file', 'a.jsonl', ' \n', 'is empty'],
  ['an array that breaks off', 'a.json', '[{"question":"a"', 'line 1 is not JSON'],
  ['JSON without rows', 'a.json', '{\n "a": 1\n}', 'without a list of rows'],
  ['text without questions', 'a.txt', 'Once upon a time', 'line 1 has no answer'],
])('%s is refused with what is wrong', async (_, name, content, says) => {
  const { bring } = await open()
  await expect(bring(name, content)).rejects.toThrow(says)
})

test('a file that is not there is said to be', async () => {
  const { records } = await open()
  const path = join(folder(), 'none.jsonl')
  await expect(importInstructions({ path, licence: 'MIT', at: 1 }, records)).rejects.toThrow(
    'none.jsonl cannot be read',
  )
})

test('what was imported comes out of a dataset as it went in, and goes in again as the same rows', async () => {
  const { records, bring } = await open()
  const rows = Array.from({ length: 60 }, (_, nth) => ({
    instruction: `${words(nth)}?`,
    input: words(nth + 500),
    output: `${words(nth + 900)}.\n\nSo.`,
  }))
  await bring('a.json', JSON.stringify(rows))
  const out = join(folder(), 'data')
  const never = async () => 'unknown' as const
  const manifest = await buildDataset(
    request(out, { kinds: ['sft', 'completion'], perPerson: 10 }),
    [demonstrations(() => records.all(), never)],
    permits({ consents: { allows: async () => false, epoch: async () => 0 } }),
  )
  const written = manifest.files.filter(({ kind }) => kind === 'sft').flatMap(({ path }) => lines(out, path))
  expect(written).toHaveLength(60)
  expect(new Set(written.map((row) => JSON.stringify(row)))).toEqual(
    new Set(
      rows.map(({ instruction, input, output }) =>
        JSON.stringify({ messages: [user(`${instruction}\n\n${input}`), assistant(output)] }),
      ),
    ),
  )
  for (const { path, rows: count } of manifest.files)
    expect(await importInstructions({ path: join(out, path), licence: 'CC-BY-4.0', at: 9 }, records)).toEqual(
      { rows: count, known: count },
    )
})

test('L1: rows that are held out are read from the same files', async () => {
  const path = join(folder(), 'eval.jsonl')
  writeFileSync(path, '\n{"question":"Why?","answer":"So."}\n')
  expect(await heldOutRows(path)).toEqual([
    {
      name: `${path} line 2`,
      split: 'held out',
      thread: undefined,
      people: [],
      prompt: [user('Why?')],
      answers: ['So.'],
    },
  ])
})
