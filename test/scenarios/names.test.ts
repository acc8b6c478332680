/** Names of people in what others wrote: gone from what leaves the store, and gone from it when they are erased. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, test, vi } from 'vitest'
import { main } from '#core/cli.ts'
import { openSqliteStore } from '#core/store/sqlite-store.ts'
import { everythingKept } from '#test/everything-kept.ts'
import { quietLog } from '#test/quiet-log.ts'
import type { JudgingWorld } from './judging.ts'
import { draftingModel } from './models.ts'
import { type Running, run } from './running.ts'
import type { Shown, World } from './world.ts'
import { discordWorld } from './worlds/discord.ts'
import { discordJudgingWorld } from './worlds/discord-judging.ts'
import { slackWorld } from './worlds/slack.ts'
import { webJudgingWorld } from './worlds/web-judging.ts'

const DRAIN_MS = 5_000
const folder = mkdtempSync(join(tmpdir(), 'parley-names-'))

let running: Running | undefined
let world: World | undefined
afterEach(async () => {
  vi.restoreAllMocks()
  await running?.stop(DRAIN_MS)
  await world?.close()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const answered = (count: number) => (shown: readonly Shown[]) =>
  shown.length === count && shown.every(({ finished }) => finished)

async function said(url: string, ...args: readonly string[]): Promise<string> {
  let out = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text)
    return true
  })
  vi.spyOn(process.stderr, 'write').mockImplementation(() => true)
  const env = {
    ...{ PARLEY_STORE: url, PARLEY_LOG_LEVEL: 'silent' },
    PARLEY_DISCORD_TRAINING_PERMISSION: 'letter 7',
    PARLEY_SLACK_TRAINING: 'own-workspace-attested',
    PARLEY_SLACK_TRAINING_BY: 'Jane Doe',
    PARLEY_SLACK_TRAINING_ON: '2026-01-01',
  }
  expect(await main(args, env)).toBe(0)
  vi.restoreAllMocks()
  return out
}

/** Every byte of a dataset of all kinds. */
async function dataset(url: string, name: string): Promise<string> {
  const out = join(folder, name)
  await said(url, 'learn', 'dataset', 'build', '--out', out, '--kinds', 'all')
  const files = readdirSync(out, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.includes('.json'),
  )
  return files.map((path) => readFileSync(join(out, path), 'utf8')).join('\n')
}

test.each([
  ['the web workspace', webJudgingWorld],
  ['Discord', discordJudgingWorld],
])(
  'S3, S4: a name in what others wrote leaves with nobody, and goes when its bearer is erased: %s',
  async (name, open) => {
    const file = join(folder, `${name}.sqlite`)
    const url = `sqlite:${file}`
    const place: JudgingWorld = await open()
    world = place
    running = await run([place], { store: url, model: draftingModel() })
    const [alice, bartholomew, carol] = ['alice', 'bartholomew', 'carol'].map((each) => place.person(each))
    if (alice === undefined || bartholomew === undefined || carol === undefined) throw new Error('no people')
    const thread = await alice.ask('sourdough, please, as bartholomew makes it')
    const [reply] = await thread.until(answered(1))
    if (reply === undefined) throw new Error('nothing was answered')
    const judge = place.judge(carol, reply)
    await judge.sayWhy(['wrong'], 'Ask Bartholomew.')
    await judge.writeBetter((text) => `Bartholomew knows: ${text}`)
    await (await judge.compare()).rank({ A: 1, B: 2, C: 3, D: 4 }, 'As Bartholomew says.')
    await thread.say(bartholomew, 'bicycles')
    await thread.until(answered(2))
    for (const { id } of [alice, carol]) await running.privacy.consent({ platform: place.name, id }, true, 1)

    const before = await dataset(url, `${name}-before`)
    expect(before).toMatch(/\[USER_\d\] knows: Draft/)
    expect(before).not.toMatch(/bartholomew/i)
    expect(await said(url, 'feedback', 'export')).toMatch(/"text":"Ask \[USER_\d\]\."/)

    await said(url, 'privacy', 'erase', `${place.name}:${bartholomew.id}`, '--yes')
    const after = await dataset(url, `${name}-after`)
    expect(after).toContain('[erased] knows: Draft')
    expect(after).not.toMatch(/bartholomew|bicycles/i)
    expect(await said(url, 'feedback', 'export')).toContain('"text":"Ask [erased]."')
    const store = openSqliteStore(url, quietLog)
    const kept = everythingKept(store.database)
    await store.close()
    expect(kept).not.toMatch(/bartholomew|bicycles/i)
    expect(kept).toContain('As [erased] says.')
  },
  60_000,
)

test.each([
  ['Slack', slackWorld],
  ['Discord', discordWorld],
])(
  'S3, S4: who is mentioned and never speaks is named nowhere either, after an edit neither: %s',
  async (name, open) => {
    const url = `sqlite:${join(folder, `${name}-mentioned.sqlite`)}`
    const place = await open()
    world = place
    running = await run([place], { store: url, model: draftingModel() })
    const [dorothea, evangeline] = ['dorothea', 'evangeline'].map((each) => place.person(each))
    const alice = place.person('alice')
    if (dorothea === undefined || evangeline === undefined) throw new Error('no people')
    const thread = await alice.ask(`sourdough as <@${dorothea.id}> makes it`)
    const [first] = await thread.until(answered(1))
    const more = await thread.say(alice, 'and with rye?')
    await thread.until(answered(2))
    await thread.edit(alice, more, `and as <@${evangeline.id}> makes it?`)
    const [, second] = await thread.until(
      (shown) => /vangeline/i.test(shown[1]?.text ?? '') && answered(2)(shown),
    )
    if (first === undefined || second === undefined) throw new Error('nothing was answered')
    // Once this is answered, whatever came before it is remembered.
    await thread.say(alice, 'thank you')
    await thread.until(answered(3))
    for (const reply of [first, second]) await thread.react(alice, reply, '👍')
    await running.privacy.consent({ platform: place.name, id: alice.id }, true, 1)
    await vi.waitFor(async () => expect(await running?.events()).toHaveLength(2), 10_000)

    const before = await dataset(url, `${name}-mentioned`)
    expect(before).toMatch(/sourdough as @?\[USER_\d\] makes it/)
    expect(before).toMatch(/and as @?\[USER_\d\] makes it\?/)
    expect(before).not.toMatch(/dorothea|evangeline/i)

    for (const { id } of [dorothea, evangeline])
      await said(url, 'privacy', 'erase', `${place.name}:${id}`, '--yes')
    const store = openSqliteStore(url, quietLog)
    const kept = everythingKept(store.database)
    await store.close()
    expect(kept).toContain('sourdough as @[erased] makes it')
    expect(kept).not.toMatch(/dorothea|evangeline/i)
    for (const { id } of [dorothea, evangeline]) expect(kept).not.toContain(id)
  },
  60_000,
)
