/** Forms on Slack, from end to end: the adapter on a simulated workspace, the core as `parley start` wires it, its store. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { BALLOT_FORM, CORRECTION_FORM, REASON_FORM } from '#adapters/forms.ts'
import { EXPORT_FILE_NAME, erasedSentence, PRIVACY_SAYINGS } from '#adapters/privacy.ts'
import { controlBlocks } from '#adapters/slack/controls.ts'
import { firstOffers } from '#adapters/slack/offers.ts'
import { Demonstrations } from '#core/feedback/demonstrations.ts'
import { Rankings } from '#core/feedback/rankings.ts'
import { Pseudonyms } from '#core/safety/pseudonyms.ts'
import { openStore } from '#core/store/store.ts'
import { webClient } from '#test/platforms/slack/bolt-app.ts'
import type { SlackPerson } from '#test/platforms/slack/simulator.ts'
import { quietLog } from '#test/quiet-log.ts'
import { draftingModel } from './models.ts'
import { type Running, run } from './running.ts'
import { until } from './scenarios.ts'
import type { Shown } from './world.ts'
import { type SlackWorld, slackWorld } from './worlds/slack.ts'

const DRAIN_MS = 5_000
let parley: Running | undefined
let world: SlackWorld | undefined
let folder = ''
afterEach(async () => {
  await parley?.stop(DRAIN_MS)
  await world?.close()
  rmSync(folder, { recursive: true, force: true })
})

const finished = (count: number) => (shown: readonly Shown[]) =>
  shown.length === count && shown.every((each) => each.finished)

test.each([
  ['HTTP', false],
  ['Socket Mode', true],
])('over %s: a reason, a better reply, a ranking, and then all of it erased', async (_, socket) => {
  folder = mkdtempSync(join(tmpdir(), 'parley-slack-forms-'))
  const url = `sqlite:${join(folder, 'parley.sqlite')}`
  world = await slackWorld({ socket })
  parley = await run([world], { store: url, model: draftingModel() })
  const { simulator } = world
  const thread = await world.person('alice').ask('a name for the bot, please')
  await thread.until(finished(1))
  // The first answer is remembered when the second is asked for: what is pressed below it then finds it.
  await thread.say(world.person('alice'), 'and another one')
  const [answer] = await thread.until(finished(2))
  if (answer === undefined) throw new Error('nothing was answered')
  const [channel, message] = placeOf(answer.id)
  const bob = simulator.person('bob')
  const opened = async (callback: string, who: SlackPerson = bob) => {
    await simulator.until(
      () => simulator.views(who).some(({ callbackId }) => callbackId === callback),
      10_000,
    )
    return JSON.stringify(simulator.views(who)[0]?.view)
  }
  const whispered = (text: string) =>
    simulator.until(() => simulator.ephemerals.some((each) => each.text === text && each.user === bob.id))

  // Bad, and why.
  await thread.press(world.person('bob'), answer, 'bad')
  await opened('parley:reason')
  await bob.submit({ tags: { value: 'not_helpful' }, text: { value: 'It is no name.' } })
  await whispered(REASON_FORM.done)

  // Better, by the shortcut.
  await bob.shortcut('parley_correct', { channel, ts: answer.id })
  expect(await opened('parley:correction')).toContain('Draft 1')
  const same = await bob.submit({})
  expect(same.response).toMatchObject({ errors: { 'text-0': expect.stringContaining('says the same') } })
  await bob.submit({ 'text-0': { value: 'Call it Parley.' } })
  await whispered(CORRECTION_FORM.done)

  // Compared, below the reply.
  const reply = replyIn(message.blocks)
  const blocks = controlBlocks(['compare'], reply, firstOffers().look)
  const below = await webClient(simulator).chat.postMessage({ channel, text: 'Compare', blocks })
  await bob.click({ channel, ts: below.ts ?? '' }, `parley:compare:${reply}`)
  const ballot = await opened('parley:ballot')
  for (const draft of ['Draft 1', 'Draft 3', 'Draft 4', 'Draft 5']) expect(ballot).toContain(draft)
  const places = { A: '1', B: '2', C: '2', D: '4' }
  await bob.submit(Object.fromEntries(Object.entries(places).map(([slot, value]) => [slot, { value }])))
  await until(
    async () => simulator.ephemerals,
    (all) => all.some(({ text }) => text === BALLOT_FORM.done),
  )

  const store = await openStore(url, quietLog)
  const pseudonyms = await Pseudonyms.open(store.keyv('secrets'))
  const me = pseudonyms.of({ platform: 'slack', id: bob.id })
  const demonstrations = new Demonstrations(store.keyv('demonstrations'), pseudonyms)
  const rankings = new Rankings(store.keyv('rankings'), pseudonyms)
  const events = await parley.events()
  expect(events.map((event) => [event.kind, 'rater' in event && event.rater === me])).toEqual([
    ['vote', true],
    ['reason', true],
    ['correction', true],
  ])
  expect(events[1]).toMatchObject({
    reply,
    tags: ['not_helpful'],
    text: 'It is no name.',
    provenance: 'slack',
  })
  const [corrected] = await Array.fromAsync(demonstrations.all())
  expect(corrected).toMatchObject({ trainer: me, status: 'submitted', of: { reply } })
  expect(corrected?.messages.at(-1)).toMatchObject({ content: 'Call it Parley.', origin: 'suggested_edited' })
  const [ranking] = await Array.fromAsync(rankings.all())
  expect(ranking).toMatchObject({ rater: me, allBad: false, provenance: 'slack' })
  expect(ranking?.order.map((group) => group.length)).toEqual([1, 2, 1])
  expect(ranking?.order.flat()).toEqual(ranking?.displayed)

  // What is kept, a copy of it, and gone.
  await bob.command('/parley', 'privacy', channel)
  expect(await opened('parley:privacy')).toContain('This is kept of you')
  await bob.press('parley:privacy:export')
  await simulator.until(() => simulator.files.length === 1)
  expect(simulator.files[0]).toMatchObject({ channel: bob.dm, name: EXPORT_FILE_NAME })
  expect(simulator.files[0]?.content).toContain('Call it Parley.')
  await bob.press('parley:privacy:erase')
  await simulator.until(() => JSON.stringify(simulator.views(bob)).includes(PRIVACY_SAYINGS.eraseAsk))
  await bob.press('parley:privacy:erase_confirm')
  await simulator.until(
    () => JSON.stringify(simulator.views(bob)).includes(erasedSentence(1, 'Slack')),
    10_000,
  )
  expect(await Array.fromAsync(demonstrations.all())).toEqual([])
  expect(await Array.fromAsync(rankings.all())).toEqual([])
  await store.close()

  /** The channel of a message of ours, and the message. */
  function placeOf(ts: string) {
    for (let room = 0; room < 100; room += 1) {
      const name = simulator.channel(`room-${room}`)
      const found = simulator.history(name).flatMap((root) => simulator.thread(name, root.ts))
      const message = found.find((each) => each.ts === ts)
      if (message !== undefined) return [name, message] as const
    }
    throw new Error('The message is nowhere.')
  }
})

/** Whose buttons these are. */
function replyIn(blocks: readonly object[]): string {
  const [, reply] = /parley:vote:([\w-]+)/.exec(JSON.stringify(blocks)) ?? []
  if (reply === undefined) throw new Error('Nothing can be pressed there.')
  return reply
}
