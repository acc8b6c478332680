import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { main } from '#core/cli.ts'
import type { FeedbackEvent } from '#core/feedback/event.ts'
import { Ledger } from '#core/feedback/ledger.ts'
import { Pseudonyms } from '#core/safety/pseudonyms.ts'
import { ShownReplies } from '#core/store/shown-replies.ts'
import { openSqliteStore } from '#core/store/sqlite-store.ts'
import { added, because, cleared, corrected, pressed, removed } from '#test/feedback/events.ts'
import { quietLog } from '#test/quiet-log.ts'

let folder: string
let wrote: { out: string; err: string }

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-feedback-'))
  wrote = { out: '', err: '' }
  const into = (stream: 'out' | 'err') => (text: string | Uint8Array) => {
    wrote[stream] += String(text)
    return true
  }
  vi.spyOn(process.stdout, 'write').mockImplementation(into('out'))
  vi.spyOn(process.stderr, 'write').mockImplementation(into('err'))
})
afterEach(() => {
  vi.restoreAllMocks()
  rmSync(folder, { recursive: true })
})

const envOf = (name: string) => ({ PARLEY_STORE: `sqlite:${join(folder, `${name}.sqlite`)}` })

async function feedback(
  store: string,
  ...args: string[]
): Promise<{ code: number; out: string; err: string }> {
  wrote = { out: '', err: '' }
  return { code: await main(['feedback', ...args], envOf(store)), ...wrote }
}

async function seed(store: string, events: readonly FeedbackEvent[]): Promise<void> {
  const opened = openSqliteStore(envOf(store).PARLEY_STORE, quietLog)
  const pseudonyms = await Pseudonyms.open(opened.keyv('secrets'))
  const shown = new ShownReplies(opened.keyv('shown'))
  await new Ledger({ events: opened.keyv('ledger'), shown, pseudonyms }).addAll(events)
  await opened.close()
}

const file = (name: string, content: string): string => {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

const EVENTS: readonly FeedbackEvent[] = [
  added('👍', 1_000),
  removed('👍', 2_000),
  cleared(3_000),
  pressed('bad', 4_000),
  because(['wrong', 'other'], 5_000),
  corrected(6_000),
]

test('list says each event in a line, and as JSON what README names', async () => {
  await seed('a', EVENTS)
  const list = await feedback('a', 'list')
  expect(list.out.split('\n')).toEqual([
    '1970-01-01T00:00:01.000Z  slack    +👍  by p_1  on r1',
    '1970-01-01T00:00:02.000Z  slack    -👍  by p_1  on r1',
    '1970-01-01T00:00:03.000Z  slack    -all of everybody  on r1',
    '1970-01-01T00:00:04.000Z  slack    bad  by p_1  on r1',
    '1970-01-01T00:00:05.000Z  slack    because: wrong, other  by p_1  on r1',
    '1970-01-01T00:00:06.000Z  slack    a better reply  by p_1  on r1',
    '',
  ])
  const { out } = await feedback('a', 'list', '--json')
  const [first] = out.split('\n')
  expect(JSON.parse(first ?? '')).toMatchObject({
    ...{ platform: 'slack', thread: 'slack:T1:C1:1.0', reply: 'r1', rater: 'p_1' },
    ...{ kind: 'reaction_added', value: '👍', at: 1_000 },
  })
})

test('what a backup wrote, import takes back: all of it, and twice is once', async () => {
  await seed('a', EVENTS)
  const { out } = await feedback('a', 'export', '--backup')
  expect(out).toBe((await feedback('a', 'list', '--json')).out)
  const path = file('export.jsonl', out)
  expect(await feedback('b', 'import', path)).toMatchObject({
    ...{ code: 0, out: `${EVENTS.length} added, 0 already there, 0 wrong.\n`, err: '' },
  })
  expect((await feedback('b', 'import', path)).out).toBe(
    `0 added, ${EVENTS.length} already there, 0 wrong.\n`,
  )
  expect((await feedback('b', 'export', '--backup')).out).toBe(readFileSync(path, 'utf8'))
})

test('S4: an export names no place of a platform, and is taken in like any other', async () => {
  await seed('a', [
    added('party:123456789012345678', 1_000, { message: 'slack:T1:C1:1.0' }),
    pressed('bad', 4_000),
  ])
  const { out } = await feedback('a', 'export')
  expect(out).not.toMatch(/T1|C1|123456789012345678/)
  const threads = out
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line).thread)
  expect(threads).toEqual([expect.stringMatching(/^x_[0-9a-f]{24}$/), threads[0]])
  const path = file('export.jsonl', out)
  expect((await feedback('b', 'import', path)).out).toBe('2 added, 0 already there, 0 wrong.\n')
})

test('S4: what people wrote leaves without what tells who they are', async () => {
  await seed('a', [because(['other'], 1_000, { text: 'ask <@U012AB3CD> or jane@example.com' })])
  const { out } = await feedback('a', 'export')
  expect(out).not.toMatch(/U012AB3CD|jane@example/)
  expect(JSON.parse(out)).toMatchObject({
    kind: 'reason',
    tags: ['other'],
    text: expect.stringMatching(/^ask \[/),
  })
})

test('a wrong line is named with its field, and the others are taken', async () => {
  const good = added('👍', 1_000)
  const lines = [
    JSON.stringify(good),
    '',
    '{"kind": "vote", secret words',
    JSON.stringify({ ...pressed('good', 1), at: 'yesterday' }),
    JSON.stringify({ ...pressed('good', 1), value: 'great' }),
    JSON.stringify({ ...good, rater: '' }),
    JSON.stringify({ ...good, mood: 'sunny' }),
    JSON.stringify({ ...good, schema: 2 }),
    JSON.stringify({ ...good, kind: 'applause' }),
    '7',
  ]
  const { code, out, err } = await feedback('a', 'import', file('x.jsonl', lines.join('\r\n')))
  expect([code, out]).toEqual([1, '1 added, 0 already there, 8 wrong.\n'])
  expect(err.split('\n').map((line) => /^Line (\d+): (\S+)/.exec(line)?.slice(1))).toEqual([
    ['3', 'This'],
    ['4', 'at:'],
    ['5', 'value:'],
    ['6', 'rater:'],
    ['7', 'Unrecognized'],
    ['8', 'schema:'],
    ['9', 'kind:'],
    ['10', 'Invalid'],
    undefined,
    undefined,
  ])
  expect(err).not.toContain('secret')
})

test('S6: a line as older versions wrote them, of no platform of ours or nobody, is wrong like every other', async () => {
  const { schema: _, ...older } = { ...pressed('good', 1), rater: 'U1' }
  const lines = [{ ...older, platform: ' slack' }, { ...older, rater: '\ud800' }, older]
  const text = lines.map((line) => JSON.stringify(line)).join('\n')
  const { code, out } = await feedback('a', 'import', file('x.jsonl', text))
  expect([code, out]).toEqual([1, '1 added, 0 already there, 2 wrong.\n'])
})

test('a file of nothing but wrong lines is not listed to its end', async () => {
  const { err, out } = await feedback('a', 'import', file('x.jsonl', 'nonsense\n'.repeat(1_000)))
  expect(out).toContain('1000 wrong')
  expect(err.split('\n').length).toBeLessThan(30)
})

test('what the first version exported is taken in by pseudonym', async () => {
  const old = {
    ...{ id: added('x', 1_000).id, platform: 'slack', thread: 'slack:T1:C1:1.0', reply: 'r1' },
    ...{ rater: 'U0SOMEBODY', kind: 'reaction_added', value: '+1', at: 1_000 },
  }
  expect((await feedback('a', 'import', file('old.jsonl', JSON.stringify(old)))).code).toBe(0)
  const { out } = await feedback('a', 'export')
  expect(JSON.parse(out)).toMatchObject({ schema: 1, rater: expect.stringMatching(/^p_[0-9a-f]{24}$/) })
  expect(out).not.toContain('U0SOMEBODY')
})

test('stats says what the votes come to, with the meanings of the settings', async () => {
  await seed('a', [added('👍', 1, { rater: 'p_2' }), added('rocket', 2), because(['wrong'], 3)])
  expect(JSON.parse((await feedback('a', 'stats', '--json')).out)).toMatchObject({
    votes: { good: 1, bad: 0 },
  })
  writeFileSync(join(folder, 'parley.yaml'), 'emoji:\n  workspaces:\n    T1:\n      bad: [rocket]\n')
  const env = { ...envOf('a'), PARLEY_CONFIG: join(folder, 'parley.yaml') }
  wrote = { out: '', err: '' }
  expect(await main(['feedback', 'stats'], env)).toBe(0)
  expect(wrote.out).toContain('1 good, 1 bad  50.0 % good')
  expect(wrote.out).toContain('By day\n  1970-01-01')
  expect(wrote.out).toMatch(/Reasons\n {2}Wrong +1\n/)
})

test.each([[['import']], [['import', 'a', 'b']], [['stats', 'now']], [['constructor']], [[]]])(
  'feedback %j is not understood',
  async (args) => {
    expect(await feedback('a', ...args)).toMatchObject({
      code: 2,
      err: expect.stringContaining('import <file>'),
    })
  },
)

test('a file that is not there is said to be so', async () => {
  expect(await feedback('a', 'import', join(folder, 'none.jsonl'))).toMatchObject({
    ...{ code: 1, err: expect.stringContaining('ENOENT') },
  })
})
