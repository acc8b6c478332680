/** `.ci/run` with every program it calls replaced by one that notes how it was called. */
import { execFile } from 'node:child_process'
import { chmod, cp, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { ROOT } from './project.ts'

const CHECKS = [
  'npm ci',
  'npm run --silent lint',
  'npm run --silent typecheck',
  'npm test',
  'npm run --silent parley -- learn simulate --ci --seed 1 --json',
]
const isRoot = process.getuid?.() === 0

interface Run {
  readonly calls: readonly string[]
  readonly output: string
  readonly code: number | null
}

/** A checkout and a machine that has only the programs named; a program may run a line of shell. */
async function machine(programs: Readonly<Record<string, string>>): Promise<() => Promise<Run>> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-ci-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const bin = join(folder, 'bin')
  await mkdir(bin)
  await cp(join(ROOT, '.ci'), join(folder, 'checkout/.ci'), { recursive: true })
  for (const needed of ['/bin/bash', '/usr/bin/dirname', '/bin/chmod', '/bin/mkdir'])
    await symlink(needed, join(bin, basename(needed)))
  for (const [name, line] of Object.entries(programs)) {
    const noting = `#!/bin/bash\necho "${name} $*" >>"$CALLS"\n${line}\n`
    await writeFile(join(bin, name), noting)
    await chmod(join(bin, name), 0o755)
  }
  const calls = join(folder, 'calls')
  const env = { PATH: bin, CALLS: calls, BIN: bin, POSTGRES_HOME: join(folder, 'postgresql') }
  return async () => {
    await writeFile(calls, '')
    return new Promise((resolve) => {
      const child = execFile(
        '/bin/bash',
        ['run'],
        { cwd: join(folder, 'checkout/.ci'), env },
        (_, out, err) =>
          readFile(calls, 'utf8').then((text) =>
            resolve({ calls: text.trim().split('\n'), output: out + err, code: child.exitCode }),
          ),
      )
    })
  }
}

test('it can be run', async () => {
  const { mode } = await stat(join(ROOT, '.ci/run'))
  expect(mode & 0o111).toBe(0o111)
})

test('with a browser and a PostgreSQL it installs packages and runs lint, types, tests and one seed of learning, in this order', async () => {
  const run = await machine({ npm: '', chromium: '', postgres: '', 'apt-get': '' })
  expect(await run()).toMatchObject({ calls: CHECKS, code: 0 })
})

test('tests see CI=true and no keyboard', async () => {
  const run = await machine({
    npm: 'read -r line && echo typed; echo "CI is $CI"',
    chromium: '',
    postgres: '',
  })
  const { output } = await run()
  expect(output).toContain('CI is true')
  expect(output).not.toContain('typed')
})

test.each(CHECKS)('it stops at the first failure: %s', async (failing) => {
  const run = await machine({ npm: `[[ "npm $*" != "${failing}" ]]`, chromium: '', postgres: '' })
  const { calls, code } = await run()
  expect(calls).toEqual(CHECKS.slice(0, CHECKS.indexOf(failing) + 1))
  expect(code).not.toBe(0)
})

test.runIf(isRoot)('what is missing it installs, once, and quietly', async () => {
  // Debian's PostgreSQL is on nobody's path.
  const install = `echo chatter; package="\${@: -1}"
    case $package in
      chromium) place="$BIN" program=chromium ;;
      postgresql) place="$POSTGRES_HOME/15/bin" program=postgres ;;
      *) exit 0 ;;
    esac
    mkdir -p "$place" && echo "#!/bin/bash" >"$place/$program" && chmod +x "$place/$program"`
  const run = await machine({ npm: '', 'apt-get': install })
  const first = await run()
  expect(first.calls).toEqual([
    'apt-get update -qq',
    'apt-get install -y -qq --no-install-recommends chromium',
    'apt-get update -qq',
    'apt-get install -y -qq --no-install-recommends postgresql',
    ...CHECKS,
  ])
  expect(first.output).not.toContain('chatter')
  expect(await run()).toMatchObject({ calls: CHECKS, code: 0 })
})

test.runIf(isRoot)('what cannot be installed is said, and the rest is checked', async () => {
  const run = await machine({ npm: '', 'apt-get': 'echo no network; exit 100' })
  const { calls, output, code } = await run()
  expect(output).toContain('no network')
  expect(output).toContain('Chromium could not be installed.')
  expect(output).toContain('PostgreSQL could not be installed.')
  expect(calls).toEqual(['apt-get update -qq', 'apt-get update -qq', ...CHECKS])
  expect(code).toBe(0)
})

test('where there is no apt-get, the rest is checked', async () => {
  const run = await machine({ npm: '' })
  expect(await run()).toMatchObject({ calls: CHECKS, code: 0 })
})
