import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { everySetting } from '#config/settings.ts'

const page = readFileSync('docs/security.md', 'utf8')
const rows = page.split('\n').flatMap((line) => {
  const [, way = '', , files = ''] = line.split('|').map((cell) => cell.trim())
  const paths = [...files.matchAll(/`(test\/[^`]+)`/g)].map(([, path = '']) => path)
  return paths.map((path) => ({ way, path }))
})

test('every way in has something that holds it', () => {
  const table = page.split('## Ways in, and what holds each')[1]?.split('\n## ')[0] ?? ''
  const ways = table.split('\n').flatMap((line) => /^\| (?!way in|---)([^|]+) \|/.exec(line)?.[1] ?? [])
  expect(ways.length).toBeGreaterThan(12)
  for (const way of ways)
    expect(
      rows.some((row) => row.way === way),
      `nothing holds ${way}`,
    ).toBe(true)
})

test.each(rows)('$way is held by $path', ({ path }) => {
  expect(existsSync(path), `${path} does not exist`).toBe(true)
  expect(readFileSync(path, 'utf8')).toMatch(/^\s*(test|describe)\b/m)
})

test('every setting, command and file that the page names is there', () => {
  const settings = everySetting.map(({ env }) => env)
  for (const [name] of page.matchAll(/PARLEY_[A-Z_]+/g)) expect(settings).toContain(name)
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'))
  for (const [, script = ''] of page.matchAll(/npm run (\w+)/g))
    expect(Object.keys(scripts)).toContain(script)
  for (const [, verb = ''] of page.matchAll(/parley (audit|privacy|learn)\b/g))
    expect(readFileSync('src/cli.ts', 'utf8')).toContain(`'${verb}'`)
  for (const [, link = ''] of page.matchAll(/\]\((\w[^)]*\.md)\)/g))
    expect(existsSync(`docs/${link}`)).toBe(true)
})

test('what the page says in numbers is what the code does', () => {
  const has = (path: string, ...lines: readonly string[]) => {
    const source = readFileSync(path, 'utf8')
    for (const line of lines) expect(source).toContain(line)
  }
  has('src/http/front.ts', 'headersMs: 10_000', 'requestMs: 30_000', 'connections: 2_000')
  has('adapters/web/http/attempts.ts', 'TRIES_EACH = 20', 'TRIES_TOGETHER = 200')
  has('adapters/web/workspace/sessions.ts', 'SESSION_MS = 180 * DAY_MS', 'IDLE_MS = 30 * DAY_MS')
})
