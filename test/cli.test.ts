import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest'
import { main } from '#core/cli.ts'
import { openSqliteStore } from '#core/store/sqlite-store.ts'
import { added } from '#test/feedback/events.ts'
import { quietLog } from '#test/quiet-log.ts'

const folder = mkdtempSync(join(tmpdir(), 'parley-cli-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What the command line wrote, and where. */
let wrote: { out: string; err: string }
beforeEach(() => {
  wrote = { out: '', err: '' }
  const into = (stream: 'out' | 'err') => (text: string | Uint8Array) => {
    wrote[stream] += String(text)
    return true
  }
  vi.spyOn(process.stdout, 'write').mockImplementation(into('out'))
  vi.spyOn(process.stderr, 'write').mockImplementation(into('err'))
})
afterEach(() => vi.restoreAllMocks())

/** Every verb that ran in spite of its arguments would fail on this setting, with 1 and not with 2. */
const env = { PARLEY_STORE: 'nonsense' }

test.each([[[]], [['help']], [['--help']]])('%j shows every verb', async (args) => {
  expect(await main(args, env)).toBe(0)
  expect(wrote.out).toMatch(/^Usage: parley <verb>\n[\s\S]* start [\s\S]* feedback /)
  expect(wrote.err).toBe('')
})

test.each([
  [['start', '--help'], 'Usage: parley start\n  Serve '],
  [['warm', '-h'], 'Usage: parley warm\n  Compile '],
  [['feedback', 'help'], 'Usage: parley feedback <what>\n  list '],
  [['feedback', 'import', 'f.jsonl', '-h'], 'Usage: parley feedback <what>\n  list '],
  [['privacy', '--help'], 'Usage: parley privacy <what> '],
  [['audit', '--json', '--help'], 'Usage: parley audit '],
  [['learn', '--help'], 'Usage: parley learn <what>\n  dataset build '],
])('%j says how it is used, and does nothing', async (args, usage) => {
  expect(await main(args, env)).toBe(0)
  expect(wrote.out.startsWith(usage)).toBe(true)
  expect(wrote.err).toBe('')
})

const LEARN = [
  ...['dataset build', 'dataset verify', 'dataset show', 'dataset import', 'train', 'serve-policy'],
  ...['rm train', 'rm eval', 'rm calibrate', 'rm serve', 'bon eval', 'simulate', 'iterate'],
  ...['job ls', 'job status', 'job logs', 'job cancel', 'job resume', 'job collect'],
  ...['model ls', 'model show', 'model add', 'model shadow', 'model canary', 'model promote'],
  ...['model rollback', 'model reject', 'model saw', 'eval winrate', 'eval safety', 'eval gate'],
]

test.each(LEARN)('learn %s --help says how it is used, and `learn --help` names it', async (words) => {
  expect(await main(['learn', ...words.split(' '), '--help'], env)).toBe(0)
  expect(wrote.out).toMatch(new RegExp(`^Usage: parley learn <what>\n  (.*\n)*? *${words} `, 'm'))
  expect(wrote.err).toBe('')
  const own = wrote.out
  wrote.out = ''
  expect(await main(['learn', '--help'], env)).toBe(0)
  expect(wrote.out).toContain(own.replace(/^.*\n/, ''))
  expect(wrote.out.length).toBeGreaterThan(own.length)
})

test('what stands behind -- is meant for the verb, also --help', async () => {
  expect(await main(['privacy', 'view', '--', '--help'], env)).toBe(2)
  expect(wrote.out).toBe('')
})

test.each([
  [['strat'], 'parley has no "strat".'],
  [['constructor'], 'parley has no "constructor".'],
  [['start', '--prot', '80'], "Unknown option '--prot'."],
  [['start', 'now'], "Unexpected argument 'now'."],
  [['feedback', 'list', '--jsn'], "Unknown option '--jsn'.\n\nUsage: parley feedback "],
  [['learn', 'job', 'ls', '--jsn'], "Unknown option '--jsn'.\n\nUsage: parley learn <what>\n  job ls"],
  [
    ['learn', 'train', 'sft', '--seed', '-1'],
    "Option '--seed' argument is ambiguous.\n\nUsage: parley learn <what>\n  train ",
  ],
  [['learn'], 'Usage: parley learn <what>\n  dataset build'],
  [['feedback', 'lst'], ''],
  [['privacy', 'view', 'alice'], 'Usage: parley privacy'],
  [['privacy', 'consent', 'web:u_1', 'yes'], 'Usage: parley privacy'],
  [['privacy', 'erase', 'web:u_1', 'now', '--yes'], 'Usage: parley privacy'],
])('%j is not understood, is said in a line and the usage, and does nothing', async (args, line) => {
  expect(await main(args, env)).toBe(2)
  expect(wrote.err.startsWith(line)).toBe(true)
  expect(wrote.err).toContain('Usage: parley ')
  expect(wrote.err).not.toMatch(/^ {4}at /mu)
})

test('a verb that learn does not have is said in a line that names those it has', async () => {
  expect(await main(['learn', 'trian'], env)).toBe(2)
  expect(wrote.err).toMatch(
    /^parley learn has no "trian"\. It has dataset, train, .*"parley learn --help".*\n$/,
  )
})

test('a wrong setting is said in a sentence, without a stack', async () => {
  expect(await main(['feedback', 'list'], env)).toBe(1)
  expect(wrote.err).toMatch(/^PARLEY_STORE is "nonsense".*\n$/)
})

test('a start that nobody could reach is refused', async () => {
  expect(
    await main(['start'], { PARLEY_WEB: 'off', PARLEY_STORE: 'memory:', PARLEY_MODEL: 'rehearsal' }),
  ).toBe(1)
  expect(wrote.err).toMatch(/^PARLEY_WEB is "off".*Set SLACK_BOT_TOKEN.*\n$/)
})

test('a store that holds no feedback lists nothing', async () => {
  expect(
    await main(['feedback', 'list', '--json'], { PARLEY_STORE: `sqlite:${join(folder, 's.sqlite')}` }),
  ).toBe(0)
  expect(wrote).toEqual({ out: '', err: '' })
})

/**
 * `parley <args>` as a process of its own, in a folder of its own. `read` is how much of its output anybody reads; below
 * 0, nobody is there when it begins to write.
 */
async function parley(
  args: readonly string[],
  env: Record<string, string>,
  { cwd = folder, read = Infinity } = {},
) {
  const entry = join(import.meta.dirname, '../src/parley.js')
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', entry, ...args], {
    cwd,
    env,
  })
  let err = ''
  child.stderr.on('data', (chunk) => {
    err += String(chunk)
  })
  let size = 0
  if (read < 0) child.stdout.destroy()
  child.stdout.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size > read) child.stdout.destroy()
  })
  const [code] = await once(child, 'close')
  return { code, err }
}

test('a reader that has enough of a long list ends it, and is no failure', async () => {
  const url = `sqlite:${join(folder, 'long.sqlite')}`
  const store = openSqliteStore(url, quietLog)
  // Far more than a pipe holds.
  const rows = Array.from({ length: 1_000 }, (_, n) => added('👍', n, { rater: 'r'.repeat(1_000) }))
  await store.keyv('ledger').setMany(rows.map((value) => ({ key: value.id, value })))
  await store.close()
  const ended = await parley(['feedback', 'list', '--json'], { PARLEY_STORE: url }, { read: 1_000 })
  expect(ended).toEqual({ code: 0, err: '' })
})

test.each([
  ['learn', '--help'],
  ['learn', 'job', 'ls', '--runs', 'none'],
])('a reader that is gone before the first line is no failure: %s %s', async (...args) => {
  expect(await parley(args, {}, { read: -1 })).toEqual({ code: 0, err: '' })
})

test('.env is read, also one that a Windows editor wrote; the environment wins', async () => {
  const cwd = mkdtempSync(join(folder, 'env-'))
  writeFileSync(join(cwd, '.env'), '\uFEFFPARLEY_STORE=nonsense\r\nPARLEY_PORT=nowhere\r\n')
  const { code, err } = await parley(['feedback', 'list'], {}, { cwd })
  expect([code, err]).toEqual([
    1,
    expect.stringMatching(/PARLEY_PORT is "nowhere"[\s\S]*PARLEY_STORE is "nonsense"/),
  ])
  const won = await parley(['feedback', 'list'], { PARLEY_STORE: 'memory:', PARLEY_PORT: '1' }, { cwd })
  expect(won).toEqual({ code: 0, err: '' })
})

test('a .env that cannot be read is said in a sentence', async () => {
  const cwd = mkdtempSync(join(folder, 'env-'))
  mkdirSync(join(cwd, '.env'))
  const { code, err } = await parley(['feedback', 'list'], {}, { cwd })
  expect([code, err]).toEqual([
    1,
    expect.stringMatching(/^The settings file is "\.env".*Make it readable, or remove it\.\n$/),
  ])
})

test.each([
  [
    ['bon', 'eval', '--dataset', 'd', '--reward', 'http://127.0.0.1:1'],
    'http://127.0.0.1:1 cannot be reached',
  ],
])(
  'an endpoint that is not there is said with the next step, without a stack: learn %j',
  async (args, said) => {
    const none = { PARLEY_STORE: 'memory:', PARLEY_MODEL: 'rehearsal', PARLEY_REWARD_TOKEN: 'a'.repeat(16) }
    expect(await main(['learn', ...args], none)).toBe(1)
    expect(wrote.err).toContain(said)
    expect(wrote.err).toMatch(/\. Start the server, or correct its address: .*\.\n$/u)
    expect(wrote.err).not.toMatch(/^ {4}at /mu)
  },
)
