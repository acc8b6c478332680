import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const page = readFileSync('docs/contracts.md', 'utf8')
const rows = page.split('\n').flatMap((line) => {
  const [, rule = '', , files = ''] = line.split('|').map((cell) => cell.trim())
  const paths = [...files.matchAll(/`([^`]+)`/g)].map(([, path = '']) => path)
  return /^[A-Z]\d$/.test(rule) ? paths.map((path) => ({ rule, path })) : []
})

test('the page has the rules', () => {
  expect(new Set(rows.map(({ rule }) => rule)).size).toBeGreaterThan(20)
})

test.each(rows)('$rule is held by $path', ({ rule, path }) => {
  expect(existsSync(path), `${path} does not exist`).toBe(true)
  const cites = new RegExp(`(test|describe)[^\\n]*\\(\\s*(\\[\\s*)*['"\`][^'"\`\\n]*\\b${rule}\\b`)
  const named = new RegExp(`^\\s*(\\[)?['"\`][^'"\`\\n]*\\b${rule}\\b[^'"\`\\n]*:`, 'm')
  const source = readFileSync(path, 'utf8')
  expect(cites.test(source) || named.test(source), `no test of ${path} cites ${rule}`).toBe(true)
})
