import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { main } from '#core/cli.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-audit-'))
})
afterEach(() => {
  vi.restoreAllMocks()
  rmSync(folder, { recursive: true })
})

async function parley(...args: readonly string[]): Promise<{ code: number; out: string }> {
  let out = ''
  const write = (text: string | Uint8Array): boolean => {
    out += String(text)
    return true
  }
  vi.spyOn(process.stdout, 'write').mockImplementation(write)
  vi.spyOn(process.stderr, 'write').mockImplementation(write)
  const code = await main(args, {
    PARLEY_STORE: `sqlite:${join(folder, 'store.sqlite')}`,
    PARLEY_LOG_LEVEL: 'silent',
    PARLEY_ENCRYPTION_KEYS: 'ab'.repeat(32),
  })
  vi.restoreAllMocks()
  return { code, out }
}

test("S3: parley audit tells what operators did with people's data, and whose it was only by pseudonym", async () => {
  expect((await parley('audit')).out).toBe('Nothing was done yet.\n')
  await parley('privacy', 'consent', 'slack:U1', 'on')
  await parley('privacy', 'erase', 'slack:U1', '--yes')
  await parley('privacy', 'export', 'slack:U2')
  await parley('feedback', 'export')
  await parley('feedback', 'export', '--backup')
  const { code, out } = await parley('audit')
  expect(code).toBe(0)
  const told = out.trimEnd().split('\n')
  expect(told.map((line) => line.replace(/^\S+ {2}/, '').replace(/p_[0-9a-f]{24}/, 'p'))).toEqual([
    'consent given  of p  by an operator',
    'erased  of p  by an operator',
    'exported  of p  by an operator',
    'feedback exported  by an operator',
    'feedback backed up  by an operator',
  ])
  expect(out).not.toMatch(/U1|U2/)
  const of = (await parley('audit', '--about', 'slack:U1', '--json')).out.trimEnd().split('\n')
  expect(of.map((line) => JSON.parse(line).action)).toEqual(['consent given', 'erased'])
  expect((await parley('audit', '--about', 'nobody')).code).toBe(2)
})
