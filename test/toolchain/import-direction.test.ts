/** The import lint of biome.json really fires, for every pair of folders and every way of writing an import. */
import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ROOT } from './project.ts'

/** Which folder inside src may import which. The design page, section 1. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  dialogue: ['turns', 'model', 'delivery', 'safety', 'store'],
  learning: ['feedback', 'store', 'model', 'safety'],
  feedback: ['store', 'model', 'safety'],
  safety: ['model', 'store'],
  turns: ['store'],
  delivery: [],
  http: [],
  model: [],
  store: [],
  telemetry: [],
}
const FOLDERS = Object.keys(MAY_IMPORT)
const ADAPTERS = ['slack', 'discord', 'web']

/** One planted import; `allowed` is what the lint must think of it. */
interface Planted {
  readonly file: string
  readonly line: string
  readonly allowed: boolean
}

const planted: Planted[] = []
const plant = (allowed: boolean, file: string, ...specifiers: string[]): void => {
  for (const specifier of specifiers) planted.push({ file, line: `import '${specifier}'`, allowed })
}

for (const from of FOLDERS) {
  const file = `src/${from}/probe.ts`
  const deep = `src/${from}/deep/probe.ts`
  for (const to of [...FOLDERS, 'cli']) {
    if (to === from) continue
    const allowed = MAY_IMPORT[from]?.includes(to) ?? false
    plant(allowed, file, `#core/${to}/x.ts`, `#core/${to}/deep/x.ts`)
    plant(allowed, deep, `#core/${to}/x.ts`)
    // Another folder is never named by a relative path: there its direction is hard to see.
    plant(false, file, `../${to}/x.ts`, `./../${to}/x.ts`)
    plant(false, deep, `../../${to}/x.ts`, `../../${to}/deep/x.ts`)
  }
  plant(
    true,
    file,
    './x.ts',
    './deep/x.ts',
    `#core/${from}/x.ts`,
    '#core/errors.ts',
    '#core/clock.ts',
    'pino',
    'node:fs',
  )
  plant(true, deep, '../x.ts', `#core/${from}/x.ts`, '#core/thread.ts')
  plant(false, file, '#core/main.ts', '#core/cli.ts', '../main.ts', '../cli.ts')
  plant(false, file, '#adapters/platform.ts', '#adapters/slack/slack.ts', '../../adapters/platform.ts')
  plant(false, deep, '../../../adapters/slack/slack.ts', '../../../config/load.ts', '../../../test/x.ts')
  plant(false, file, '#config/load.ts', '../../config/load.ts', '#test/x.ts', '../../test/x.ts')
  plant(false, file, '@slack/bolt', '@slack/web-api', 'discord.js')
  // The reward service is a server of its own: no adapter stands in front of it.
  plant(from === 'learning', file, 'hono', 'hono/cookie', '@hono/node-server')
  plant(from === 'model', file, 'openai', 'openai/resources/chat', 'node-llama-cpp')
}

plant(true, 'src/thread.ts', './errors.ts', '#core/clock.ts')
plant(false, 'src/thread.ts', './store/x.ts', '#core/store/x.ts', './cli/x.ts', '#core/main.ts', 'openai')
plant(
  false,
  'src/thread.ts',
  '#adapters/platform.ts',
  '../adapters/platform.ts',
  '#config/load.ts',
  '#test/x.ts',
)

plant(true, 'src/main.ts', './store/x.ts', '#core/model/x.ts', '#adapters/slack/slack.ts', '#config/load.ts')
plant(false, 'src/main.ts', './cli/x.ts', '#core/cli/x.ts', './cli.ts', '#test/x.ts', '@slack/bolt', 'openai')

plant(true, 'src/cli.ts', './cli/start.ts', './main.ts')
for (const to of FOLDERS) plant(true, 'src/cli/probe.ts', `#core/${to}/x.ts`)
plant(true, 'src/cli/probe.ts', '#core/main.ts', '#config/load.ts', './x.ts')
plant(
  false,
  'src/cli/probe.ts',
  '#adapters/slack/slack.ts',
  '../../adapters/platform.ts',
  '#test/x.ts',
  'discord.js',
)
plant(false, 'src/cli/probe.ts', '../store/x.ts')

for (const from of ADAPTERS) {
  const file = `adapters/${from}/probe.ts`
  const deep = `adapters/${from}/deep/probe.ts`
  for (const to of ADAPTERS) {
    if (to === from) continue
    plant(false, file, `#adapters/${to}/x.ts`, `../${to}/x.ts`)
    plant(false, deep, `#adapters/${to}/x.ts`, `../../${to}/x.ts`)
  }
  plant(
    true,
    file,
    '#adapters/platform.ts',
    `#adapters/${from}/x.ts`,
    './x.ts',
    '#core/errors.ts',
    'discord.js',
  )
  plant(true, file, '#core/delivery/surface.ts')
  plant(true, deep, '../x.ts', `#adapters/${from}/x.ts`)
  plant(false, file, '#test/x.ts', '../../test/x.ts', '#config/load.ts', '../../config/load.ts')
  plant(false, file, '#core/main.ts', '#core/cli/start.ts', '../../src/errors.ts')
}
plant(true, 'adapters/platform.ts', '#core/thread.ts')
plant(false, 'adapters/platform.ts', '#adapters/slack/x.ts', './slack/x.ts', '#test/x.ts', '#config/load.ts')

plant(true, 'adapters/web/page/probe.ts', '../protocol.ts', './x.ts', 'preact')
plant(false, 'adapters/web/page/probe.ts', '#core/errors.ts', 'node:fs', '../http/app.ts', '../../slack/x.ts')

plant(true, 'config/probe.ts', '#core/errors.ts', './x.ts', 'zod')
plant(
  false,
  'config/probe.ts',
  '#core/store/store.ts',
  '#core/main.ts',
  '#adapters/platform.ts',
  '#test/x.ts',
)
plant(false, 'config/probe.ts', '../src/errors.ts', '../test/x.ts', '../adapters/platform.ts')

for (const line of [
  "import type { X } from '#core/learning/x.ts'",
  "export * from '#core/learning/x.ts'",
  "export { x } from '#core/learning/x.ts'",
  "export type { X } from '#core/learning/x.ts'",
  "await import('#core/learning/x.ts')",
  "import * as all from '#core/learning/x.ts'",
]) {
  planted.push({ file: 'src/dialogue/ways.ts', line, allowed: false })
}

let folder = ''
let flagged: ReadonlySet<string> = new Set()

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-lint-'))
  for (const path of ['biome.json', '.gitignore']) await cp(join(ROOT, path), join(folder, path))
  for (const [file, lines] of Map.groupBy(planted, (each) => each.file)) {
    await mkdir(dirname(join(folder, file)), { recursive: true })
    await writeFile(join(folder, file), lines.map(({ line }) => `${line}\n`).join(''))
  }
  flagged = await lint()
})

afterAll(async () => {
  await rm(folder, { recursive: true })
})

test('every forbidden import is an error, and no allowed one is', () => {
  const says = (which: readonly Planted[]) => which.map(({ file, line }) => `${file}: ${line}`)
  const isFlagged = (each: Planted): boolean => flagged.has(`${each.file}:${lineNumber(each)}`)
  expect(says(planted.filter((each) => !each.allowed && !isFlagged(each)))).toEqual([])
  expect(says(planted.filter((each) => each.allowed && isFlagged(each)))).toEqual([])
  expect(planted.filter((each) => each.allowed).length).toBeGreaterThan(100)
  expect(flagged.size).toBe(planted.filter((each) => !each.allowed).length)
})

test('every folder of the project has its place in the rules', async () => {
  const inside = async (path: string) =>
    (await readdir(join(ROOT, path), { withFileTypes: true }))
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
  expect([...FOLDERS, 'cli']).toEqual(expect.arrayContaining(await inside('src')))
  expect(ADAPTERS).toEqual(expect.arrayContaining(await inside('adapters')))
})

/** Within its file, counted from 1. */
const lineNumber = (each: Planted): number =>
  planted.filter(({ file }) => file === each.file).indexOf(each) + 1

/** What the lint calls an error, as `file:line`. */
async function lint(): Promise<Set<string>> {
  const report = await new Promise<string>((resolve, reject) => {
    const args = [
      'lint',
      '--reporter=json',
      '--max-diagnostics=none',
      '--only=style/noRestrictedImports',
      '.',
    ]
    execFile(
      join(ROOT, 'node_modules/.bin/biome'),
      args,
      { cwd: folder, maxBuffer: 64 * 2 ** 20 },
      (error, stdout) => (stdout === '' ? reject(error) : resolve(stdout)),
    )
  })
  const { diagnostics }: { diagnostics: readonly Diagnostic[] } = JSON.parse(report)
  const errors = diagnostics.filter(({ severity }) => severity === 'error')
  return new Set(errors.map(({ location }) => `${location.path}:${location.start.line}`))
}

interface Diagnostic {
  readonly severity: string
  readonly location: { readonly path: string; readonly start: { readonly line: number } }
}
