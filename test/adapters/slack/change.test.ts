import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readDeletion, readEdit } from '#adapters/slack/change.ts'
import { asked, running } from './running.ts'

const self = { team: 'T1', user: 'UBOT', bot: 'BBOT' }
const was = { type: 'message', user: 'U1', text: '<@UBOT> hi', ts: '1700000000.000100' }
const now = { ...was, text: '<@UBOT> hello', edited: { user: 'U1', ts: '1700000009.000000' } }
const changed = {
  ...{ type: 'message', subtype: 'message_changed', hidden: true, channel: 'C1', channel_type: 'channel' },
  ...{ ts: '1700000009.000100', event_ts: '1700000009.000100', message: now, previous_message: was },
}
const deleted = {
  ...{ type: 'message', subtype: 'message_deleted', hidden: true, channel: 'C1', channel_type: 'channel' },
  ...{ ts: '1700000009.000100', event_ts: '1700000009.000100', deleted_ts: was.ts, previous_message: was },
}

describe('T6: an edit', () => {
  test('names the message, the words and when', () => {
    const edit = readEdit(changed, self)
    expect(edit).toMatchObject({ version: '1700000009.000000', at: 1_700_000_009_000 })
    expect(edit?.incoming).toMatchObject({ id: 'slack:T1:C1:1700000000.000100', mrkdwn: '<@UBOT> hello' })
  })

  test('may take the mention away: the question is changed all the same', () => {
    const edit = readEdit({ ...changed, message: { ...now, text: 'hello' } }, self)
    expect(edit?.incoming.mrkdwn).toBe('hello')
  })

  test.each([
    ['a preview', { ...changed, message: { ...was, attachments: [{}] } }],
    ['a preview of a message that was edited before', { ...changed, previous_message: now }],
    ['a first reply below it', { ...changed, message: { ...was, thread_ts: was.ts, reply_count: 1 } }],
    ['our own', { ...changed, message: { ...now, user: 'UBOT', bot_id: 'BBOT' } }],
    ['another bot', { ...changed, message: { ...now, bot_id: 'B9' } }],
    ['a topic', { ...changed, message: { ...now, subtype: 'channel_topic' } }],
    ['a deletion', deleted],
    ['a new message', now],
  ])('is none when it is %s', (_, event) => {
    expect(readEdit(event, self)).toBeUndefined()
  })
})

describe('T6: a deletion', () => {
  test('names the message and what a question in it would be called', () => {
    expect(readDeletion(deleted, self)).toEqual({
      thread: { platform: 'slack', workspace: 'T1', channel: 'C1', root: was.ts },
      deletion: {
        question: 'slack:T1:C1:1700000000.000100',
        message: { platform: 'slack', workspace: 'T1', channel: 'C1', message: was.ts },
        at: 1_700_000_009_000,
      },
    })
    const inThread = { ...deleted, previous_message: { ...was, thread_ts: '1600000000.000100' } }
    expect(readDeletion(inThread, self)?.thread.root).toBe('1600000000.000100')
  })

  test('of the first message of a thread comes as a tombstone', () => {
    const tombstone = { ...was, subtype: 'tombstone', user: 'USLACKBOT', thread_ts: was.ts }
    expect(readDeletion({ ...changed, message: tombstone }, self)).toEqual(readDeletion(deleted, self))
    expect(readEdit({ ...changed, message: tombstone }, self)).toBeUndefined()
  })

  test('is none when it is an edit, or a message', () => {
    expect(readDeletion(changed, self)).toBeUndefined()
    expect(readDeletion(now, self)).toBeUndefined()
  })
})

test('S6: whatever comes is read or dropped, never thrown', () => {
  const field = fc.oneof(fc.jsonValue(), fc.constantFrom(was, now, was.ts, 'C1'))
  const keys = ['channel', 'channel_type', 'event_ts', 'deleted_ts', 'message', 'previous_message']
  const fields = Object.fromEntries(keys.map((key) => [key, field]))
  const subtype = fc.constantFrom('message_changed', 'message_deleted')
  const junk = fc.record(
    { type: fc.constant('message'), subtype, ...fields },
    { requiredKeys: ['type', 'subtype'] },
  )
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), junk), (event) => {
      readEdit(event, self)
      readDeletion(event, self)
    }),
    { numRuns: 500 },
  )
})

describe.each([
  ['HTTP', false],
  ['Socket Mode', true],
])('over %s', (_, socket) => {
  test('T6: what people change and delete in a thread of ours is told, normalised, whatever else moves there', async () => {
    const app = await running({ socket })
    const { simulator, host } = app
    const reply = await asked(app)
    const [alice, bob] = [simulator.person('alice'), simulator.person('bob')]
    await reply.show('one')
    await reply.show('one two')
    await reply.finish('one two three')
    const { channel, ts } = reply.sent
    simulator.unfurl(channel, ts)
    await alice.edit({ channel, ts }, `<@${simulator.bot.userId}> what is *a* functor, <@${bob.id}>?`)
    simulator.unfurl(channel, ts)
    await simulator.settled()
    expect(host.edits).toMatchObject([{ question: reply.question.id, text: 'what is **a** functor, @bob?' }])
    const followUp = await bob.post(channel, 'and why?', { threadTs: ts })
    await bob.delete(followUp)
    await simulator.settled()
    expect(host.deletions.map(({ question }) => question)).toEqual([
      `slack:${simulator.team.id}:${channel}:${followUp.ts}`,
    ])
    expect(host.questions).toHaveLength(2)
    expect(simulator.deliveries.every(({ acknowledged }) => acknowledged)).toBe(true)
  })

  test('T1, T6: an edit that is delivered again has the same version', async () => {
    const app = await running({ socket })
    const reply = await asked(app)
    const edit = await app.simulator.person('alice').edit(reply.sent, 'what is a functor?')
    await edit.redeliver(2)
    expect(new Set(app.host.edits.map(({ version }) => version)).size).toBe(1)
  })

  test('T6: in direct messages too', async () => {
    const { simulator, host } = await running({ socket })
    const alice = simulator.person('alice')
    const sent = await alice.directMessage('hello')
    await alice.edit(sent, 'hello again')
    await alice.delete(sent)
    await simulator.settled()
    expect(host.edits).toMatchObject([{ question: host.questions[0]?.id, text: 'hello again' }])
    expect(host.deletions).toMatchObject([{ question: host.questions[0]?.id }])
  })

  test('edits in threads of others cost nothing', async () => {
    const { simulator, host, channel } = await running({ socket })
    const bob = simulator.person('bob')
    const sent = await bob.post(channel, 'lunch?')
    await bob.edit(sent, 'dinner?')
    await simulator.settled()
    expect(host.edits).toEqual([])
    expect(simulator.calls.map(({ method }) => method)).not.toContain('users.info')
  })
})
