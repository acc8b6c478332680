/** The trainer console from end to end: written, suggested, reviewed, over a restart, into a dataset and out again. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { ConsoleView, DialogueMoved, DialogueSaved, DialogueView } from '#adapters/web/protocol.ts'
import { main } from '#core/cli.ts'
import { freshKey } from '#test/adapters/web/client.ts'
import { type Running, run } from './running.ts'
import type { Person } from './world.ts'
import { type WebWorld, webWorld } from './worlds/web.ts'

const DRAIN_MS = 5_000

let folder = ''
let world: WebWorld
let parley: Running
const start = async () => {
  parley = await run([world], { store: `sqlite:${join(folder, 'parley.sqlite')}` })
}
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'parley-console-'))
  world = await webWorld()
  await start()
})
afterEach(async () => {
  vi.restoreAllMocks()
  await parley.stop(DRAIN_MS)
  await world.close()
  rmSync(folder, { recursive: true })
})

const send = async (person: Person, method: string, path: string, body?: object) => {
  const response = await (await world.client(person)).send(method, `/api/${path}`, body)
  expect(response.ok, `${method} ${path}: ${response.status}`).toBe(true)
  return response
}
const ask = async <T>(person: Person, method: string, path: string, body?: object): Promise<T> =>
  JSON.parse((await (await send(person, method, path, body)).text()) || 'null')

/** Whatever a dataset of today would hold. */
async function dataset(name: string): Promise<string> {
  for (const stream of [process.stdout, process.stderr]) vi.spyOn(stream, 'write').mockReturnValue(true)
  const env = { PARLEY_STORE: `sqlite:${join(folder, 'parley.sqlite')}` }
  await main(['learn', 'dataset', 'build', '--out', join(folder, name), '--kinds', 'sft'], env)
  vi.restoreAllMocks()
  if (!existsSync(join(folder, name))) return ''
  return readdirSync(join(folder, name), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.jsonl'))
    .map((path) => readFileSync(join(folder, name, path), 'utf8'))
    .join('')
}

test('F4, S2, S3: written with a suggestion, over a restart, reviewed by another, learnt from only with consent, erased', async () => {
  const [alice, bob] = [world.person('alice'), world.person('bob')]
  const { id } = await ask<DialogueView>(alice, 'POST', 'console/dialogues', { key: freshKey() })
  const asked = { side: 'user', text: 'Why is the sky blue?' }
  const wish = { side: 'assistant', system: '', turns: [asked] }
  const stream = await (await send(alice, 'POST', 'console/suggestions', wish)).text()
  const events = stream
    .split('\n\n')
    .flatMap((frame) => (frame.startsWith('data: ') ? [JSON.parse(frame.slice('data: '.length))] : []))
  const text = events.flatMap((event) => (event.type === 'text' ? [event.delta] : [])).join('')
  expect(text).toBe('Answering Why is the sky blue?. Before that: nothing.')

  const suggestion = { id: events[0].id, text, model: events[0].model }
  const draft = { system: '', base: 0, nth: 1, tab: 'window-1', isVersion: false }
  const saved = await ask<DialogueSaved>(alice, 'PUT', `console/dialogues/${id}`, {
    ...draft,
    turns: [asked, { side: 'assistant', text: 'Blue light scatters most.', suggestion }],
  })
  await parley.stop(DRAIN_MS)
  await start()
  const found = await ask<DialogueView>(alice, 'GET', `console/dialogues/${id}`)
  expect(found).toMatchObject({ revision: 1, turns: [asked, { suggestion: { model: 'remembering-1' } }] })
  const { revision } = await ask<DialogueMoved>(alice, 'POST', `console/dialogues/${id}/submit`, {
    revision: saved.revision,
  })
  expect(await dataset('without-consent')).toBe('')

  const { waiting } = await ask<ConsoleView>(bob, 'GET', 'console')
  expect(waiting).toMatchObject([{ id, title: 'Why is the sky blue?' }])
  const review = { revision, verdict: 'accept', note: '', key: freshKey() }
  await send(bob, 'POST', `console/dialogues/${id}/review`, review)
  await send(alice, 'PUT', 'privacy/consent', { training: true })
  expect(await dataset('with-consent')).toContain('Blue light scatters most.')

  const kept = async () => {
    const view = await parley.privacy.view({ platform: 'web', id: alice.id })
    return Object.fromEntries(view.kept.map(({ what, count }) => [what, count]))
  }
  expect(await kept()).toMatchObject({ 'better replies and dialogues': 1, 'suggestions you asked for': 1 })
  const copy = await Array.fromAsync(parley.privacy.export({ platform: 'web', id: alice.id }))
  expect(copy.join('')).toContain('Before that: nothing.')
  await parley.privacy.erase({ platform: 'web', id: alice.id }, Date.now())
  expect(await kept()).toMatchObject({ 'better replies and dialogues': 0, 'suggestions you asked for': 0 })
  expect(await dataset('after')).toBe('')
})
