import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Deidentifier } from '#core/safety/deidentify/deidentify.ts'
import { CODE } from './code-corpus.ts'

const MOST_CHANGED = 0.01

const tokensOf = (text: string): readonly string[] => text.match(/[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu) ?? []

/** Tokens of the text that the result no longer has in their order, and what they were. */
function changes(text: string): { readonly tokens: number; readonly changed: readonly string[] } {
  const lines = text.split('\n')
  const after = new Deidentifier([{ id: 'U012AB3CD', name: 'Jane Doe' }]).text(text).split('\n')
  // A line stays a line, so what changed is what begins and ends between the same tokens.
  expect(after).toHaveLength(lines.length)
  const changed = lines.flatMap((line, nth) => {
    const before = tokensOf(line)
    const now = tokensOf(after[nth] ?? '')
    if (line === after[nth]) return []
    const first = before.findIndex((token, place) => token !== now[place])
    const same = before.toReversed().findIndex((token, place) => token !== now[now.length - 1 - place])
    return before.slice(first, before.length - same)
  })
  return { tokens: tokensOf(text).length, changed }
}

test('S4: at most 1 % of the tokens of pasted code change', () => {
  const all = CODE.map(changes)
  const tokens = all.reduce((sum, each) => sum + each.tokens, 0)
  const changed = all.flatMap((each) => each.changed)
  process.stdout.write(
    `de-identification of code: ${changed.length} of ${tokens} tokens changed (${changed.join(' ') || 'none'})\n`,
  )
  expect(tokens).toBeGreaterThan(1_500)
  expect(changed.length / tokens).toBeLessThanOrEqual(MOST_CHANGED)
})

test('S4: what is nobody’s stays: versions, hashes, UUIDs, times, this machine, masks', () => {
  for (const text of [
    '127.0.0.1 0.0.0.0 255.255.255.0 192.0.2.1 ::1 2001:db8::1',
    'v1.2.3.4 version 10.0.0.1 Chrome/131.0.0.0 pip install x==4.2.1.0',
    '550e8400-e29b-41d4-a716-446655440000 d41d8cd98f00b204e9800998ecf8427e',
    '2026-11-23T10:11:12.345Z 23.11.2026 10:11 11/23/2026 1795000000 1795000000123',
    'left-pad@1.3.0 @types/node@24.1.0-beta.rc logo@2x.png git@github.com:parley/parley.git',
    'std::vector<a::b> foo::bar 00:1a:2b:3c:4d:5e 12:34:56',
    '18446744073709551615 9223372036854775807 9007199254740991 0.12345678901234567',
    `password: string, token = getToken(), "apiKey": "\${API_KEY}"`,
    `https://example.com/a/b#section https://\${user}:\${pass}@host/`,
    '[USER_1] [EMAIL_2] [PHONE_10]',
  ])
    expect(new Deidentifier().text(text)).toBe(text)
})

test('S4: of the code of this project, at most 1 % changes', () => {
  const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.startsWith(join('safety', 'deidentify')))
    .map((path) => readFileSync(join('src', path), 'utf8'))
  const all = sources.map(changes)
  const tokens = all.reduce((sum, each) => sum + each.tokens, 0)
  const changed = all.flatMap((each) => each.changed)
  expect(tokens).toBeGreaterThan(20_000)
  expect(changed.length / tokens, changed.join(' ')).toBeLessThanOrEqual(MOST_CHANGED / 10)
})
