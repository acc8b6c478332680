import { describe, expect, test } from 'vitest'
import { readDeletion, readEdit } from '#adapters/discord/change.ts'
import { OwnDeletions } from '#adapters/discord/own-deletions.ts'
import { ServerTime } from '#adapters/discord/server-time.ts'
import { CHANNEL, MESSAGE, messagePayload } from './payloads.ts'
import { finished, REPLY, running, writing } from './running.ts'

const EDITED_AT = '2026-11-23T10:05:00.000000+00:00'
const live = () => AbortSignal.timeout(10_000)

/** A question that opened a thread, and one that was asked in it. */
async function conversation(options: Parameters<typeof running>[0] = {}) {
  const world = await running({ rateLimits: false, ...options })
  const { simulator, host, discord } = world
  const alice = simulator.person('alice')
  const opening = alice.mention(simulator.channel('general'), 'begin')
  const { place } = await host.question('begin')
  const surface = discord.open(place, [], REPLY)
  const [reply = ''] = await surface.show(finished('an answer'), live())
  const followUp = alice.mention(opening.messageId, 'and then?')
  await host.question('and then?')
  /** What comes after it is heard after it: then nothing is on its way any more. */
  const settled = async () => {
    alice.directMessage('settled?')
    await host.question('settled?')
  }
  return { ...world, alice, opening, followUp, surface, reply, settled, thread: opening.messageId }
}

describe('T6: an edit', () => {
  test('of a question in a thread brings its new text, without the mention', async () => {
    const { simulator, host, alice, followUp } = await conversation()
    const edit = alice.edit(followUp, `${simulator.bot.mention} and *why*?`)
    await host.until(() => host.edits.length === 1)
    edit.redeliver(2)
    await host.until(() => host.edits.length === 3)
    expect(host.edits[0]).toMatchObject({
      question: host.questions.find(({ text }) => text === 'and then?')?.id,
      text: 'and *why*?',
      version: expect.stringMatching(/^\d{4}-/),
    })
    expect(Math.abs((host.edits[0]?.at ?? 0) - Date.now())).toBeLessThan(60_000)
    expect(new Set(host.edits.map(({ version }) => version)).size).toBe(1)
  })

  test('of the message a thread started from, and of a direct message', async () => {
    const { simulator, host, alice, opening } = await conversation()
    alice.edit(opening, `${simulator.bot.mention} begin again`)
    const direct = alice.directMessage('hello')
    await host.question('hello')
    alice.edit(direct, 'hello there')
    await host.until(() => host.edits.length === 2)
    expect(host.edits).toMatchObject([
      { question: host.questions[0]?.id, text: 'begin again' },
      { question: host.questions.at(-1)?.id, text: 'hello there' },
    ])
  })

  test('a preview, a pin, a thread, and our own edits are none', async () => {
    const { simulator, host, alice, followUp, surface, settled } = await conversation()
    simulator.unfurl(followUp)
    alice.pin(followUp)
    alice.startThread(alice.post(simulator.channel('general'), 'look'), 'a thread')
    await surface.show(finished('a better answer'), live())
    await settled()
    expect(host.edits).toEqual([])
  })

  test('a preview after an edit is the same version again', async () => {
    const { simulator, host, alice, followUp } = await conversation()
    alice.edit(followUp, `${simulator.bot.mention} see https://example.com`)
    simulator.unfurl(followUp)
    await host.until(() => host.edits.length === 2)
    expect(new Set(host.edits.map(({ version, text }) => `${version} ${text}`)).size).toBe(1)
  })

  test('whose text Discord keeps to itself is no edit', async () => {
    const { simulator, host, alice, followUp, opening, settled } = await conversation({
      messageContentIntent: false,
    })
    alice.edit(followUp, 'without a mention')
    alice.edit(opening, `${simulator.bot.mention} begin again`)
    await settled()
    expect(host.edits).toMatchObject([{ text: 'begin again' }])
  })

  test.each([
    ['that was never edited', {}],
    ['with a time that is none', { edited_timestamp: 'yesterday' }],
    ['with embeds only', { author: undefined, content: undefined, edited_timestamp: EDITED_AT }],
  ])('S6: a message %s', (_what, over) => {
    expect(readEdit(messagePayload(over))).toBeUndefined()
  })

  test('is read with its version and time', () => {
    expect(readEdit(messagePayload({ edited_timestamp: EDITED_AT }))).toMatchObject({
      version: EDITED_AT,
      at: Date.parse(EDITED_AT),
      message: { id: MESSAGE, content: 'hello' },
    })
  })
})

describe('T6: a deletion', () => {
  test('of a question, of the start of a thread, of a reply and of a direct message', async () => {
    const { simulator, host, alice, opening, followUp, reply, surface, thread } = await conversation()
    const direct = alice.directMessage('hello')
    await host.question('hello')
    alice.delete(followUp)
    alice.delete(opening)
    alice.delete({ channelId: thread, messageId: reply })
    alice.delete(direct)
    await host.until(() => host.deletions.length === 4)
    const known = new Set(host.questions.map(({ id }) => id))
    const of = (message: string) => host.deletions.find((one) => one.message.message === message)
    expect(known).toContain(of(followUp.messageId)?.question)
    expect(known).toContain(of(opening.messageId)?.question)
    expect(known).toContain(of(direct.messageId)?.question)
    expect(of(direct.messageId)?.message.workspace).toBe('@me')
    expect(of(reply)?.message).toEqual(surface.refer(reply))
    expect(of(reply)?.message.workspace).toBe(simulator.guild.id)
  })

  test('of many at once is one of each', async () => {
    const { simulator, host, thread, followUp, reply } = await conversation()
    simulator.person('moderator').deleteMany(thread, [followUp.messageId, reply])
    await host.until(() => host.deletions.length === 2)
    expect(host.deletions.map(({ message }) => message.message)).toEqual([followUp.messageId, reply])
  })

  test('of what the assistant takes away itself is none', async () => {
    const { host, discord, settled } = await conversation()
    const { place } = await host.question('and then?')
    const surface = discord.open(place, [], 'another-reply')
    const [, second] = await surface.show(writing('one', 'two'), live())
    await surface.show(finished('sorry'), live())
    await settled()
    expect(second).toBeDefined()
    expect(host.deletions).toEqual([])
  })

  test('is kept while the store is away', async () => {
    const { host, alice, followUp } = await conversation()
    host.down = new Error('the store is down')
    alice.delete(followUp)
    await host.until(() => host.failures > 0)
    host.down = undefined
    await host.until(() => host.deletions.length === 1)
  })

  test.each([{}, { id: MESSAGE }, { channel_id: CHANNEL, ids: 'all' }, { channel_id: CHANNEL, id: '1' }])(
    'S6: %j is none',
    (raw) => expect(readDeletion(raw)).toBeUndefined(),
  )
})

test('T2: a deletion is later than what was said before it, and earlier than what is said next', () => {
  const time = new ServerTime()
  expect(time.estimate(100_000)).toBe(95_000)
  time.heard(103_000)
  time.heard(90_000)
  expect(time.estimate(100_000)).toBe(103_000)
  expect(time.estimate(200_000)).toBe(195_000)
})

test('our own deletions are remembered for a while, not for ever', () => {
  const own = new OwnDeletions()
  for (let n = 0; n < 1_001; n += 1) own.expect(String(n))
  expect(own.has('0')).toBe(false)
  expect(own.has('1')).toBe(true)
})
