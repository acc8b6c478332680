import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Pseudonyms } from '#core/safety/pseudonyms.ts'
import { openStore } from '#core/store/store.ts'
import { Vault } from '#core/store/vault.ts'
import { quietLog } from '#test/quiet-log.ts'

const OLD = 'a1'.repeat(32)
const NEW = 'b2'.repeat(32)
const ALICE = { platform: 'slack', id: 'U1' }

let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-sealed-'))
  file = join(folder, 'store.sqlite')
})
afterEach(() => rmSync(folder, { recursive: true }))

const opened = (keys: readonly string[] = []) => openStore(`sqlite:${file}`, quietLog, keys)

/** A start with these keys: what people are called. */
async function pseudonym(...keys: string[]): Promise<string> {
  const store = await opened(keys)
  try {
    return (await Pseudonyms.open(store.keyv('secrets'))).of(ALICE)
  } finally {
    await store.close()
  }
}

/** What lies in the file in the place of the secret. */
async function kept(): Promise<string> {
  const store = await opened()
  if (store.kind !== 'sqlite') throw new Error('this is a file')
  const row = store.database.prepare("SELECT value FROM kv WHERE ns = 'secrets'").get()
  await store.close()
  return String(row?.value)
}

test('S5: a secret lies sealed in the file, and is what it was to whoever has the key', async () => {
  const name = await pseudonym(NEW)
  expect(await kept()).toContain('sealed:1:')
  expect(await pseudonym(NEW)).toBe(name)
})

test('S5: a secret from before there was a key is sealed at the next start', async () => {
  const name = await pseudonym()
  const plain = await kept()
  expect(plain).toMatch(/[0-9a-f]{64}/)
  expect(await pseudonym(NEW)).toBe(name)
  expect(await kept()).toContain('sealed:1:')
  expect(readFileSync(file).includes(/[0-9a-f]{64}/.exec(plain)?.[0] ?? 'none')).toBe(false)
})

test('S5: a key is changed by putting the new one first; after one start the old one may go', async () => {
  const name = await pseudonym(OLD)
  expect(await pseudonym(NEW, OLD)).toBe(name)
  expect(await pseudonym(NEW)).toBe(name)
  await expect(pseudonym(OLD)).rejects.toThrow('PARLEY_ENCRYPTION_KEYS')
})

test.each([
  ['none', []],
  ['another', [OLD]],
])('S5: with %s of the right keys nothing reads as missing, and nothing is overwritten', async (_, keys) => {
  const name = await pseudonym(NEW)
  const before = await kept()
  await expect(pseudonym(...keys)).rejects.toThrow(
    /^PARLEY_ENCRYPTION_KEYS is .*expected the key called [0-9a-f]{12}, which sealed/,
  )
  await expect(pseudonym(...keys)).rejects.not.toThrow(new RegExp(NEW.slice(0, 8)))
  expect(await kept()).toBe(before)
  expect(await pseudonym(NEW)).toBe(name)
})

test('S5: what was changed, cut short or brought from another place is told, not read', () => {
  const vault = new Vault([NEW])
  const sealed = vault.seal('a secret', 'secrets/a')
  expect(vault.open(sealed, 'secrets/a')).toBe('a secret')
  expect(vault.seal('a secret', 'secrets/a')).not.toBe(sealed)
  expect(() => vault.open(sealed, 'secrets/b')).toThrow('secrets/b was changed')
  for (let at = sealed.lastIndexOf(':') + 1; at < sealed.length; at += 1) {
    const other = sealed.charAt(at) === 'A' ? 'z' : 'A'
    // The last letter of base64 has bits that mean nothing.
    if (at === sealed.length - 1) continue
    expect(
      () => vault.open(sealed.slice(0, at) + other + sealed.slice(at + 1), 'secrets/a'),
      `${at}`,
    ).toThrow()
    expect(() => vault.open(sealed.slice(0, at), 'secrets/a')).toThrow('was changed')
  }
})

test('the file can be read by nobody but its owner', async () => {
  await pseudonym()
  const store = await opened()
  await store.keyv('web').set('a', 1)
  for (const name of [file, `${file}-wal`]) expect((statSync(name).mode & 0o077).toString(8)).toBe('0')
  await store.close()
})
