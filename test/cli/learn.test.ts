import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { main } from '#core/cli.ts'
import { systemPrompt } from '#core/dialogue/system-prompt.ts'
import { Demonstrations } from '#core/feedback/demonstrations.ts'
import { Ledger } from '#core/feedback/ledger.ts'
import { Rankings } from '#core/feedback/rankings.ts'
import { recordId } from '#core/feedback/record-id.ts'
import { ComparisonTasks } from '#core/feedback/tasks.ts'
import { Consents } from '#core/safety/consent.ts'
import { Pseudonyms } from '#core/safety/pseudonyms.ts'
import { ShownReplies } from '#core/store/shown-replies.ts'
import { openSqliteStore } from '#core/store/sqlite-store.ts'
import { Transcripts } from '#core/store/transcripts.ts'
import { quietLog } from '#test/quiet-log.ts'
import { catchOutput } from './given.ts'

let folder = ''
const output = catchOutput()
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-learn-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

const env = () => ({ PARLEY_STORE: `sqlite:${join(folder, 'parley.sqlite')}` })
const learn = (...args: readonly string[]) => main(['learn', 'dataset', ...args], env())
const everyLine = (directory: string): string =>
  readdirSync(join(folder, directory), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.jsonl'))
    .map((path) => readFileSync(join(folder, directory, path), 'utf8'))
    .join('')

const ann = { platform: 'web', id: 'WEB-USER-ANN' }
const bob = { platform: 'web', id: 'WEB-USER-BOB' }

/** Words that no two numbers share, so that nothing is alike by chance. */
const topic = (nth: number): string =>
  Array.from({ length: 8 }, (_, place) =>
    LETTERS.charAt((nth * 7 + place * 11 + nth * place) % 26).repeat(3),
  ).join(' ')
const LETTERS = 'abcdefghijklmnopqrstuvwxyz'

/** What people gave: Ann asked, and Bob judged. Each question is a thread of its own. */
async function given(questions: number) {
  const store = openSqliteStore(env().PARLEY_STORE, quietLog)
  const pseudonyms = await Pseudonyms.open(store.keyv('secrets'))
  const transcripts = new Transcripts(store.keyv('transcript'), store.keyv('window'))
  const shown = new ShownReplies(store.keyv('shown'))
  const demonstrations = new Demonstrations(store.keyv('demonstrations'), pseudonyms)
  const tasks = new ComparisonTasks(store.keyv('tasks'), pseudonyms)
  const rankings = new Rankings(store.keyv('rankings'), pseudonyms)
  const ledger = new Ledger({ events: store.keyv('ledger'), shown, pseudonyms })
  const consents = new Consents(store.keyv('consent'), pseudonyms)
  const { text: system, version } = systemPrompt(undefined)
  const made = { model: 'm', promptVersion: version, sampling: {}, arm: 'main', prompt: { first: 0, end: 1 } }
  for (let nth = 0; nth < questions; nth += 1) {
    const [at, reply, thread] = [1_000_000 + nth, `reply-${nth}`, `web:w:CHANNEL-X:${nth}`]
    const question = `What about ${topic(nth)}, Annabel? Write to jane${nth}@example.com`
    await transcripts.append(thread, [
      { role: 'user', id: `q-${nth}`, speaker: { id: ann.id, name: 'Annabel' }, text: question, at },
      { role: 'assistant', id: reply, text: `Answer ${nth * 104_729}.`, at, outcome: 'answered', made },
    ])
    await shown.remember([], reply, { thread, platform: 'web', place: {}, messages: [] })
    const about = { schema: 1, at, provenance: 'web', thread, speakers: [pseudonyms.of(ann)] } as const
    const prompt = [
      { role: 'system' as const, content: system },
      { role: 'user' as const, content: `Annabel: ${question}` },
    ]
    if (nth % 3 === 0)
      await demonstrations.put({
        ...{ ...about, id: recordId(at, `d${nth}`), trainer: pseudonyms.of(bob), status: 'submitted' },
        of: { reply, version: 'v' },
        messages: [
          ...prompt,
          { role: 'assistant', content: `Better ${nth * 31_337}.`, suggestion: `Answer ${nth * 104_729}.` },
        ],
      })
    if (nth % 3 === 1) {
      const task = recordId(at, `t${nth}`)
      const candidates = ['a', 'b'].map((id) => ({ id, text: `Candidate ${id} ${nth * 65_537}.`, at, made }))
      await tasks.put({
        ...{ ...about, id: task, reply, question, prompt, candidates, sampledBy: 'person', seed: 's' },
        ...{ wanted: 2, raters: 1, state: 'ready' },
      })
      await rankings.put({
        ...{ schema: 1, id: recordId(at, `r${nth}`), at, provenance: 'web', task, rater: pseudonyms.of(bob) },
        ...{ displayed: ['a', 'b'], order: [['b'], ['a']], allBad: false },
      })
    }
    if (nth % 3 === 2)
      await ledger.vote({
        id: `v${nth}`,
        reply,
        platform: 'web',
        rater: bob.id,
        value: nth % 2 === 0 ? 'good' : 'bad',
        at,
      })
  }
  const everything = [demonstrations, tasks, rankings, ledger, consents]
  return { store, consents, pseudonyms, transcripts, everything }
}

test('with nothing yet, a build says where rows could come from, and makes no directory', async () => {
  expect(await learn('build', '--out', join(folder, 'data'))).toBe(1)
  expect(output.text).toContain('There is nothing to export yet')
  for (const source of ['dialogues', 'corrections', 'rankings', 'votes', 'imports'])
    expect(output.text).toContain(`- ${source}: none yet. `)
  expect(output.text).not.toContain('    at ')
  expect(existsSync(join(folder, 'data'))).toBe(false)
})

test('S2: what people gave waits for the consent of everybody in it', async () => {
  const { store, consents } = await given(30)
  await consents.set(bob, true, 1)
  expect(await learn('build', '--out', join(folder, 'none'))).toBe(1)
  expect(output.text).toMatch(/corrections: 10 left out: .*has not agreed/)
  await consents.set(ann, true, 1)
  await store.close()
  expect(await learn('build', '--out', join(folder, 'data'), '--kinds', 'all')).toBe(0)
  expect(output.text).toContain('is built.')
  expect(await learn('verify', join(folder, 'data'))).toBe(0)
  const manifest = JSON.parse(readFileSync(join(folder, 'data/manifest.json'), 'utf8'))
  expect(manifest.stats.seen).toEqual({ dialogues: 0, corrections: 10, rankings: 10, votes: 10, imports: 0 })
  expect(manifest.dropped).toEqual([])
  for (const kind of manifest.kinds)
    expect(existsSync(join(folder, 'data', kind, 'train.jsonl')), kind).toBe(true)
})

test('S4: no name, address or platform id is in any file of a dataset', async () => {
  const { store, consents } = await given(12)
  for (const person of [ann, bob]) await consents.set(person, true, 1)
  await store.close()
  expect(await learn('build', '--out', join(folder, 'data'), '--kinds', 'all')).toBe(0)
  const everything = `${everyLine('data')}${readFileSync(join(folder, 'data/manifest.json'), 'utf8')}`
  expect(everything).toContain('[USER_1]: What about')
  expect(everything).toContain('[EMAIL_1]')
  expect(everything).not.toMatch(/Annabel|WEB-USER|CHANNEL-X|example\.com/)
})

test.each([
  ['who asked', ann],
  ['who judged', bob],
])('S3: after %s is erased, no row of theirs is in a later dataset', async (_, person) => {
  const { store, consents, pseudonyms, everything } = await given(30)
  for (const each of [ann, bob]) await consents.set(each, true, 1)
  writeFileSync(join(folder, 'i.jsonl'), '{"instruction":"Say something nice.","output":"You look well."}\n')
  await learn('import', join(folder, 'i.jsonl'), '--licence', 'MIT')
  await learn('build', '--out', join(folder, 'before'), '--kinds', 'all')
  const name = pseudonyms.of(person)
  expect(everyLine('before')).toContain(name)
  for (const data of everything) await data.erase(person)
  await store.close()
  expect(
    await learn(
      'build',
      '--out',
      join(folder, 'after'),
      '--kinds',
      'all',
      '--parent',
      join(folder, 'before'),
    ),
  ).toBe(0)
  expect(everyLine('after')).not.toContain(name)
  expect(everyLine('after')).toContain('You look well.')
})

test('T6: what was deleted since is in no later dataset', async () => {
  const { store, consents, transcripts } = await given(3)
  for (const each of [ann, bob]) await consents.set(each, true, 1)
  for (const nth of [0, 1, 2])
    await transcripts.replace(`web:w:CHANNEL-X:${nth}`, `q-${nth}`, {
      role: 'deleted',
      id: `q-${nth}`,
      at: 9,
    })
  await store.close()
  expect(await learn('build', '--out', join(folder, 'data'), '--kinds', 'all')).toBe(1)
  expect(output.text.match(/left out: its question or its reply was deleted/g)).toHaveLength(3)
})

test('L1: a near-duplicate planted against held-out rows ends the build with 1, and names both rows', async () => {
  const rows = Array.from({ length: 40 }, (_, nth) => ({
    question: `Tell me about ${nth * 7_919} and ${nth * 104_729}`,
    answer: `It is ${nth * 31_337}.`,
  }))
  writeFileSync(join(folder, 'all.jsonl'), rows.map((row) => JSON.stringify(row)).join('\n'))
  writeFileSync(join(folder, 'eval.jsonl'), JSON.stringify({ ...rows[7], question: `${rows[7]?.question}!` }))
  expect(await learn('import', join(folder, 'all.jsonl'), '--licence', 'CC-BY-4.0')).toBe(0)
  expect(output.text).toContain('40 dialogues imported')
  const eval_ = join(folder, 'eval.jsonl')
  expect(await learn('build', '--out', join(folder, 'data'), '--kinds', 'sft', '--hold-out', eval_)).toBe(1)
  expect(output.text).toMatch(
    /- sft\/\w+\.jsonl line \d+ and .*eval\.jsonl line 1 say nearly the same \(likeness 0\.\d\d\)\./,
  )
  expect(existsSync(join(folder, 'data'))).toBe(false)
  expect(await learn('build', '--out', join(folder, 'data'), '--kinds', 'sft')).toBe(0)
})

test('show says what a dataset is and what is not in it', async () => {
  const { store, consents } = await given(30)
  for (const each of [ann, bob]) await consents.set(each, true, 1)
  await store.close()
  await learn('build', '--out', join(folder, 'data'), '--kinds', 'sft,kto', '--per-person', '4')
  const built = output.text.slice(output.text.indexOf('Dataset ds_'))
  output.forget()
  expect(await learn('show', join(folder, 'data'))).toBe(0)
  expect(output.text).toBe(built)
  expect(output.text).toMatch(/^sft +\d+ +\d+ +\d+ {3}dialogues/m)
  expect(output.text).toMatch(
    /sft: \d+ left out: somebody in it is in as many examples as allowed\. Raise --per-person/,
  )
  output.forget()
  expect(await learn('show', join(folder, 'data'), '--json')).toBe(0)
  expect(JSON.parse(output.text).format).toBe('parley-dataset')
})

test.each([
  [['build'], 2, 'Usage: parley learn'],
  [['bulid', '--out', 'x'], 2, 'Usage: parley learn'],
  [['build', 'x', '--out', 'y'], 2, 'Usage: parley learn'],
  [['build', '--out', 'x', '--kind', 'sft'], 2, "Unknown option '--kind'"],
  [['build', '--out', 'x', '--kinds', 'sft,dpo'], 1, '--kinds is "sft,dpo" (string); expected some of sft'],
  [['build', '--out', 'x', '--mix', 'dialogue=.7'], 1, 'expected shares that sum to 1'],
  [['build', '--out', 'x', '--mix', 'dialog=.7,instruct=.3'], 1, 'expected shares that sum to 1'],
  [['build', '--out', 'x', '--pairs', 'some'], 1, 'expected disjoint or all'],
  [['build', '--out', 'x', '--per-person', '0'], 1, 'a whole number from 1'],
  [['build', '--out', 'x', '--parent', '/nowhere'], 1, '/nowhere is not a dataset'],
  [['verify', '/nowhere'], 1, '/nowhere is not a dataset: it has no manifest.json'],
  [['show', '/nowhere'], 1, '/nowhere is not a dataset'],
  [['import', '/nowhere', '--licence', 'MIT'], 1, '/nowhere cannot be read'],
  [['import', '/nowhere'], 1, 'No licence is named'],
])('%j is refused with what is wrong', async (args, code, says) => {
  expect(await learn(...args)).toBe(code)
  expect(output.text).toContain(says)
  expect(output.text).not.toContain('    at ')
})
