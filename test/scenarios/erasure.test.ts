/** Erasing, from end to end: real adapters, simulated platforms, the store's file, and the datasets built from it. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, test, vi } from 'vitest'
import { main } from '#core/cli.ts'
import { openSqliteStore } from '#core/store/sqlite-store.ts'
import { everythingKept } from '#test/everything-kept.ts'
import { quietLog } from '#test/quiet-log.ts'
import { type Running, run } from './running.ts'
import type { Shown, World } from './world.ts'
import { discordWorld } from './worlds/discord.ts'
import { slackWorld } from './worlds/slack.ts'
import { webWorld } from './worlds/web.ts'

const DRAIN_MS = 5_000
const folder = mkdtempSync(join(tmpdir(), 'parley-erasure-'))
const file = join(folder, 'store.sqlite')
const env = {
  PARLEY_STORE: `sqlite:${file}`,
  PARLEY_LOG_LEVEL: 'silent',
  PARLEY_SLACK_TRAINING: 'own-workspace-attested',
  PARLEY_SLACK_TRAINING_BY: 'Jane Doe',
  PARLEY_SLACK_TRAINING_ON: '2026-01-01',
  PARLEY_DISCORD_TRAINING_PERMISSION: 'letter 7',
}

let running: Running | undefined
let worlds: readonly World[] = []
afterEach(async () => {
  vi.restoreAllMocks()
  await running?.stop(DRAIN_MS)
  for (const world of worlds) await world.close()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const answered = (shown: readonly Shown[]) => shown.length > 0 && shown.every(({ finished }) => finished)

async function parley(...args: readonly string[]): Promise<{ code: number; out: string }> {
  let out = ''
  const write = (text: string | Uint8Array): boolean => {
    out += String(text)
    return true
  }
  vi.spyOn(process.stdout, 'write').mockImplementation(write)
  vi.spyOn(process.stderr, 'write').mockImplementation(write)
  const code = await main(args, { ...env })
  vi.restoreAllMocks()
  return { code, out }
}

/** Every row of a dataset, as text. */
async function dataset(name: string): Promise<string> {
  const out = join(folder, name)
  const { code, out: said } = await parley(
    'learn',
    'dataset',
    'build',
    '--out',
    out,
    '--kinds',
    'kto,prompts',
  )
  expect([code, said]).toEqual([0, expect.stringContaining('rule 21')])
  const files = readdirSync(out, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.jsonl'),
  )
  return files.map((path) => readFileSync(join(out, path), 'utf8')).join('\n')
}

test('S3: erasing a person leaves no row of theirs in any later dataset, and no word or id in the store', async () => {
  worlds = [await slackWorld(), await discordWorld(), await webWorld()]
  running = await run(worlds, { store: `sqlite:${file}` })
  const { privacy } = running
  for (const world of worlds) {
    for (const [name, words] of [
      ['alice', `sourdough for ${world.name}`],
      ['bob', `bicycles for ${world.name}`],
    ] as const) {
      const person = world.person(name)
      const thread = await world.person(name).ask(words)
      const [answer] = await thread.until(answered)
      if (answer === undefined) throw new Error('there is an answer')
      await thread.react(person, answer, '👍')
      await privacy.consent({ platform: world.name, id: person.id }, true, 1)
    }
  }
  await vi.waitFor(async () => expect(await running?.events()).toHaveLength(6), 10_000)

  const before = await dataset('before')
  for (const { name } of worlds) {
    expect(before).toContain(`sourdough for ${name}`)
    expect(before).toContain(`bicycles for ${name}`)
  }

  // By herself on the first platform, and by the operator beside the running Parley on the others.
  const [first, ...others] = worlds.map(({ name, person }) => ({
    name,
    ref: `${name}:${person('alice').id}`,
  }))
  expect(await privacy.erase({ platform: 'slack', id: first?.ref.split(':')[1] ?? '' }, 2)).toBeGreaterThan(0)
  for (const { ref } of others) {
    expect((await parley('privacy', 'erase', ref)).code).toBe(1)
    const { code, out } = await parley('privacy', 'erase', ref, '--yes')
    expect([code, out]).toEqual([0, expect.stringMatching(/^Erased \d+ things of .*Out of reach/s)])
    expect((await parley('privacy', 'view', ref)).out).toContain('Nothing is kept of')
  }

  const after = await dataset('after')
  expect(after).not.toMatch(/sourdough|alice/i)
  for (const { name } of worlds) expect(after).toContain(`bicycles for ${name}`)
  const store = openSqliteStore(env.PARLEY_STORE, quietLog)
  const kept = everythingKept(store.database)
  await store.close()
  expect(kept).not.toMatch(/sourdough|alice/i)
  for (const { person } of worlds) expect(kept).not.toContain(person('alice').id)
  // Not in what the file holds beside its rows either.
  expect(readFileSync(file).includes('sourdough')).toBe(false)
}, 60_000)
