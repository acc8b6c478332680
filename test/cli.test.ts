import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest'
import { main } from '#core/cli.ts'

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

test.each([[[]], [['help']], [['--help']], [['start', '--help']], [['feedback', '-h']]])(
  '%j shows every verb',
  async (args) => {
    expect(await main(args, env)).toBe(0)
    expect(wrote.out).toMatch(/^Usage: parley <verb>\n[\s\S]* start [\s\S]* feedback /)
    expect(wrote.err).toBe('')
  },
)

test.each([
  [['strat'], 'parley has no "strat".'],
  [['constructor'], 'parley has no "constructor".'],
  [['start', '--prot', '80'], "Unknown option '--prot'."],
  [['start', 'now'], "Unexpected argument 'now'."],
  [['feedback', 'list', '--jsn'], "Unknown option '--jsn'."],
  [['feedback', 'lst'], ''],
])('%j is not understood, is said in a line and the usage, and does nothing', async (args, line) => {
  expect(await main(args, env)).toBe(2)
  expect(wrote.err.startsWith(line)).toBe(true)
  expect(wrote.err).toContain('Usage: parley ')
  expect(wrote.err).not.toContain('    at ')
})

test('a wrong setting is said in a sentence, without a stack', async () => {
  expect(await main(['feedback', 'list'], env)).toBe(1)
  expect(wrote.err).toMatch(/^PARLEY_STORE is "nonsense".*\n$/)
})

test('a store that holds no feedback lists nothing', async () => {
  expect(
    await main(['feedback', 'list', '--json'], { PARLEY_STORE: `sqlite:${join(folder, 's.sqlite')}` }),
  ).toBe(0)
  expect(wrote).toEqual({ out: '', err: '' })
})
