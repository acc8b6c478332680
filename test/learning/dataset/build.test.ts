import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { buildDataset } from '#core/learning/dataset/build.ts'
import { KINDS, SPLITS } from '#core/learning/dataset/dataset.ts'
import { FORMATS } from '#core/learning/dataset/formats.ts'
import { readPins } from '#core/learning/dataset/pins.ts'
import { verify } from '#core/learning/dataset/verify.ts'
import { createSourceGate } from '#core/safety/source-gate.ts'
import {
  better,
  build,
  dialogue,
  dialogues,
  folder,
  imported,
  lines,
  permits,
  ranked,
  request,
  rowsOf,
  voted,
  words,
} from './given.ts'

const many = (count: number) =>
  Array.from({ length: count }, (_, nth) => [
    dialogue(nth),
    ranked(nth),
    voted(nth, { good: nth % 3 > 0 }),
    better(nth),
  ]).flat()

test('L2: one directory has every kind, each row as its consumer wants it, and passes verify', async () => {
  const { out, manifest } = await build(many(60), { kinds: KINDS })
  for (const kind of KINDS) {
    const rows = rowsOf(out, manifest, kind)
    expect(rows.length, kind).toBeGreaterThan(0)
    for (const row of rows) expect(FORMATS[kind].parse(row)).toEqual(row)
  }
  expect(await verify(out)).toEqual(manifest)
  for (const { path, sha256, rows } of manifest.files) {
    expect(
      createHash('sha256')
        .update(readFileSync(join(out, path)))
        .digest('hex'),
    ).toBe(sha256)
    expect(lines(out, path)).toHaveLength(rows)
  }
})

test('L5: the same records and seed give the same bytes, whatever order they are read in', async () => {
  const one = await build(many(40), { kinds: KINDS })
  const other = await build(many(40).toReversed(), { kinds: KINDS })
  const reseeded = await build(many(40), { kinds: KINDS, seed: '2' })
  const bytes = (out: string) =>
    readdirSync(out, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.jsonl') || path.endsWith('.json'))
      .toSorted()
      .map((path) => `${path}\n${readFileSync(join(out, path), 'utf8')}`)
  expect(bytes(other.out)).toEqual(bytes(one.out))
  expect(reseeded.manifest.id).not.toBe(one.manifest.id)
  expect(reseeded.manifest.split.counts).toEqual(one.manifest.split.counts)
})

test('L5: rows are shuffled: a trainer that takes the first tenth takes old and new', async () => {
  const { out } = await build(dialogues(300))
  const at = lines(out, 'lineage/sft/train.jsonl').map((line) => (line as { at: number }).at)
  expect(at).not.toEqual(at.toSorted((a, b) => a - b))
  const early = at.slice(0, 60).filter((each) => each < 1_150).length
  expect(early).toBeGreaterThan(15)
  expect(early).toBeLessThan(45)
})

test('S1: text from Slack stays out, and the manifest says why; attested, it is in with clause and name', async () => {
  const slack = dialogues(20).map((each) => ({
    ...each,
    provenance: 'slack',
    thread: `slack:T:C:${each.record}`,
  }))
  const own = dialogues(20, 100)
  const closed = await build([...slack, ...own])
  expect(rowsOf(closed.out, closed.manifest, 'sft')).toHaveLength(20)
  expect(closed.manifest.policy.refused).toEqual([
    {
      provenance: 'slack',
      why: 'no_permission',
      say: expect.stringContaining('PARLEY_SLACK_TRAINING'),
      count: 20,
    },
  ])
  expect(closed.manifest.dropped).toEqual([{ source: 'dialogues', reason: 'source', count: 20 }])
  const gate = createSourceGate({ slack: { by: 'Ada', on: '1960-01-01' }, platformTextDays: 30 })
  const open = await build([...slack, ...own], {}, { gate })
  expect(rowsOf(open.out, open.manifest, 'sft')).toHaveLength(40)
  expect(open.manifest.policy.permissions).toEqual([
    expect.objectContaining({ by: 'Ada', clause: expect.any(String) }),
  ])
})

test('S1: words said in a Slack thread are Slack’s, also when they were ranked in the console', async () => {
  const said = ranked(1, { thread: 'slack:T1:C1:1.0' })
  await expect(build([said], { kinds: ['rank'] })).rejects.toThrow('nothing to export')
})

test('S2: everybody in a row has agreed, speakers as well as raters', async () => {
  const asked = many(30).map((each, nth) => ({
    ...each,
    people: ['p_rater', nth % 2 === 0 ? 'p_yes' : 'p_no'],
  }))
  const consents = { allows: async (person: string) => person !== 'p_no', epoch: async () => 9 }
  const { out, manifest } = await build(asked, { kinds: KINDS }, { consents })
  expect(manifest.consentEpoch).toBe(9)
  const people = manifest.files
    .flatMap(({ lineage }) => lines(out, lineage.path))
    .flatMap((line) => (line as { people: string[] }).people)
  expect(new Set(people)).toEqual(new Set(['p_rater', 'p_yes']))
  expect(
    manifest.dropped.filter(({ reason }) => reason === 'consent').reduce((sum, { count }) => sum + count, 0),
  ).toBe(60)
})

test('S4: every word passes de-identification, conversation by conversation, and threads lose their names', async () => {
  const secret = ranked(1, {
    thread: 'web:w:c:ROOT',
    prompt: [
      { role: 'system', content: 'ANNA rules' },
      { role: 'user', content: 'I am ANNA' },
    ],
    candidates: ['Hi ANNA', 'Hello ANNA', 'ANNA', 'Yes ANNA'],
  })
  const deidentify = permits().deidentify
  const seen: number[] = []
  const { out } = await build(
    [secret, ...many(10)],
    { kinds: KINDS },
    {
      deidentify: async (turns) => {
        seen.push(turns.length)
        return (await deidentify(turns, undefined)).map(({ role, content }) => ({
          role,
          content: content.replaceAll('ANNA', '[USER_1]'),
        }))
      },
      hide: (thread) => createHash('sha256').update(thread).digest('hex'),
    },
  )
  expect(seen).toContain(6)
  const everything = readdirSync(out, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.includes('.json'))
    .map((path) => readFileSync(join(out, path), 'utf8'))
    .join('')
  expect(everything).toContain('[USER_1]')
  expect(everything).not.toMatch(/ANNA|ROOT/)
})

test('L1: a person in two splits fails the build when it is asked to, and both rows are named', async () => {
  await expect(build(dialogues(300), { byPerson: true })).rejects.toThrow(
    /(sft\/\w+\.jsonl line \d+) and (sft\/\w+\.jsonl line \d+) have the same person/,
  )
})

test('L1: a near-duplicate of a row that is held out fails the build, names both rows, and leaves nothing', async () => {
  const parent = folder()
  const out = join(parent, 'data')
  const question = `${words(7)} and the like, please explain it to me?`
  const heldOut = [
    {
      name: 'eval.jsonl line 3',
      split: 'held out' as const,
      thread: undefined,
      people: [],
      prompt: [{ role: 'user' as const, content: question }],
      answers: [],
    },
  ]
  const planted = dialogue(900, {
    prompt: [{ role: 'user', content: question.replace('explain', 'EXPLAIN').replace('please', 'please,') }],
  })
  const building = build([...dialogues(100, 200), planted], { out, heldOut })
  await expect(building).rejects.toThrow(
    /sft\/\w+\.jsonl line \d+ and eval\.jsonl line 3 say nearly the same \(likeness 0\.\d\d\)/,
  )
  expect(readdirSync(parent)).toEqual([])
  await expect(build(dialogues(100, 200), { heldOut })).resolves.toBeDefined()
})

test('a build that fails leaves nothing, and takes away what one that was killed left', async () => {
  const parent = folder()
  const out = join(parent, 'data')
  mkdirSync(join(parent, '.data.building-999999999'))
  writeFileSync(join(parent, '.data.building-999999999', 'spool'), 'half')
  const breaking = async function* () {
    yield { source: 'dialogues' as const, examples: [dialogue(1)] }
    throw new Error('the store went away')
  }
  await expect(buildDataset(request(out), [breaking], permits())).rejects.toThrow('the store went away')
  expect(readdirSync(parent)).toEqual([])
})

test('a dataset is never built over another, nor over anything else', async () => {
  const { out, manifest } = await build(dialogues(20))
  await expect(build(dialogues(30), { out })).rejects.toThrow('Choose another --out')
  expect(await verify(out)).toEqual(manifest)
  const empty = join(folder(), 'empty')
  mkdirSync(empty)
  await build(dialogues(5), { out: empty })
  expect(existsSync(join(empty, 'manifest.json'))).toBe(true)
})

test('with nothing to export it says for every source why, and what to do', async () => {
  const found = [
    ...dialogues(2).map((each) => ({ ...each, provenance: 'slack' })),
    { source: 'votes' as const, examples: 'undecided' as const },
    { source: 'rankings' as const, examples: 'consent' as const },
  ]
  const error = await build(found, { kinds: ['sft', 'kto'] }).catch((thrown: unknown) => thrown)
  expect(String(error).split('\n').slice(1)).toEqual([
    '- dialogues: 2 left out: from a place whose text may not train a model here.',
    expect.stringMatching(/^- corrections: none yet\. Press "Write a better reply"/),
    expect.stringMatching(
      /^- rankings: 1 left out: .*has not agreed.*\/parley privacy, or the privacy page of the web workspace\.$/,
    ),
    expect.stringMatching(/^- votes: 1 left out: votes that disagree/),
    '- imports: none yet. Run: parley learn dataset import <file> --licence <name>',
    'What may not train a model here, and why:',
    expect.stringMatching(/^- slack \(2\): No text from Slack is used/),
  ])
})

test('nobody is in more examples of a kind than allowed', async () => {
  const mine = dialogues(250)
  const others = dialogues(20, 1_000).map((each) => ({ ...each, people: ['p_other'] }))
  const { out, manifest } = await build([...mine, ...others], {
    kinds: ['sft', 'completion'],
    perPerson: 200,
  })
  for (const kind of ['sft', 'completion']) expect(rowsOf(out, manifest, kind)).toHaveLength(220)
  expect(manifest.droppedByKind).toEqual([
    { kind: 'sft', reason: 'limit', count: 50 },
    { kind: 'completion', reason: 'limit', count: 50 },
  ])
})

test('a mix without one of its parts is refused before it takes everything else away', async () => {
  await expect(build(dialogues(50), { mix: { dialogue: 0.7, instruct: 0.3 } })).rejects.toThrow(
    '--mix asks for 0.3 of instruct, and there is none to train on. Import some',
  )
  const instruct = Array.from({ length: 50 }, (_, nth) => imported(nth))
  await expect(build(instruct, { mix: { dialogue: 0.7, instruct: 0.3 } })).rejects.toThrow(
    'Write some in the trainer console',
  )
})

test('signs that some readers take for the end of a line stay within theirs', async () => {
  const answer = 'One\u2028two\u2029three\r\nfour \ud800 five'
  const { out, manifest } = await build([...dialogues(30), dialogue(99, { answer })])
  expect(await verify(out)).toEqual(manifest)
  const texts = manifest.files.map(({ path }) => readFileSync(join(out, path), 'utf8')).join('')
  expect(texts).not.toMatch(/[\u2028\u2029\r]/u)
  const answers = rowsOf(out, manifest, 'sft').map((row) => FORMATS.sft.parse(row).messages.at(-1)?.content)
  expect(answers).toContain(answer)
})

test('an imbalance of votes is reported as the weights that even it out', async () => {
  const { out, manifest } = await build(
    Array.from({ length: 200 }, (_, nth) => voted(nth, { good: nth % 4 > 0 })),
    { kinds: ['kto'] },
  )
  const {
    good = 0,
    bad = 0,
    desirable_weight: up = 0,
    undesirable_weight: down = 0,
  } = manifest.stats.kto ?? {}
  const rows = rowsOf(out, manifest, 'kto') as { label: boolean }[]
  expect([good, bad]).toEqual([
    rows.filter(({ label }) => label).length,
    rows.filter(({ label }) => !label).length,
  ])
  expect(good * up).toBeCloseTo(bad * down, 1)
})

test('the same words twice are one row, and nearly the same words too', async () => {
  const long = words(3, 30)
  const first = dialogue(1, { prompt: [{ role: 'user', content: long }] })
  const again = {
    ...first,
    record: 'r2',
    at: 5_000,
    thread: 'record/2',
    prompt: [{ role: 'user' as const, content: `  ${long.toUpperCase()}\n` }],
  }
  const nearly = {
    ...first,
    record: 'r3',
    at: 6_000,
    thread: 'record/3',
    prompt: [{ role: 'user' as const, content: `${long} so?` }],
  }
  const { out, manifest } = await build([nearly, again, first])
  expect(rowsOf(out, manifest, 'sft')).toEqual([
    { messages: [...first.prompt, { role: 'assistant', content: first.answer }] },
  ])
  expect(manifest.dropped).toEqual([
    { source: 'dialogues', reason: 'duplicate', count: 1 },
    { source: 'dialogues', reason: 'near-duplicate', count: 1 },
  ])
})

test('in one long conversation every turn is kept, though each repeats what was said before', async () => {
  const said = Array.from({ length: 30 }, (_, nth) => words(nth, 20))
  const turns = said
    .slice(1)
    .map((_, nth) =>
      voted(nth, {
        thread: 'web:w:c:1',
        prompt: said.slice(0, nth + 1).map((content, at) => ({
          role: at % 2 === 0 ? ('user' as const) : ('assistant' as const),
          content,
        })),
        answer: said[nth + 1] ?? '',
      }),
    )
    .filter((_, nth) => nth % 2 === 0)
  const { manifest } = await build(turns, { kinds: ['kto'] })
  expect(manifest.dropped).toEqual([])
  expect(manifest.files).toHaveLength(1)
})

test('L1: a later dataset keeps every split of its parent, also when the records that decided are gone', async () => {
  const shared = (nth: number) => [{ role: 'user' as const, content: words(Math.floor(nth / 3)) }]
  const examples = Array.from({ length: 300 }, (_, nth) => dialogue(nth, { prompt: shared(nth) }))
  const parent = await build(examples)
  const splits = splitsOf(parent)
  const { id, pins } = await readPins(parent.out)
  const erased = examples.filter((_, nth) => nth % 3 !== 0)
  const earlier = dialogues(100, 5_000).map((each, nth) => ({ ...each, at: 1, prompt: shared(nth * 3) }))
  const child = await build([...erased, ...earlier], { salt: 'another', parent: { id, pins } })
  expect(child.manifest.parents).toEqual([id])
  const after = splitsOf(child)
  for (const { record } of erased) expect(after.get(record) ?? 'left out').toBe(splits.get(record))
  await verify(child.out)
})

const splitsOf = ({ out, manifest }: Awaited<ReturnType<typeof build>>) =>
  new Map(
    SPLITS.flatMap((split) =>
      manifest.files
        .filter((file) => file.split === split)
        .flatMap(({ lineage }) =>
          lines(out, lineage.path).map((line) => [(line as { record: string }).record, split] as const),
        ),
    ),
  )
