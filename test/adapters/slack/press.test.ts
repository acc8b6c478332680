import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SAYINGS } from '#adapters/press.ts'
import { readPress } from '#adapters/slack/press.ts'
import { readStop } from '#adapters/slack/stopped.ts'
import { asked, never, REPLY, type RunningOptions, running } from './running.ts'

const self = { team: 'T1', user: 'UBOT', bot: 'BBOT' }
const press = {
  type: 'block_actions',
  trigger_id: 'trigger.1',
  user: { id: 'U1', username: 'ann', name: 'ann' },
  container: {
    type: 'message',
    channel_id: 'C1',
    message_ts: '1700000001.000200',
    thread_ts: '1700000000.000100',
  },
  actions: [
    { type: 'button', action_id: 'parley:regenerate:r1', value: 'regenerate:r1', action_ts: '1700000002.5' },
  ],
}

describe('a press', () => {
  test('names the reply, the person, the thread and when', () => {
    expect(readPress(press, self)).toEqual({
      id: 'slack:T1:press:C1:1700000001.000200:U1:regenerate:r1:1700000002.5',
      ...{ control: 'regenerate', reply: 'r1', user: 'U1', name: 'ann', channel: 'C1' },
      ...{ root: '1700000000.000100', trigger: 'trigger.1', at: 1_700_000_002_500 },
    })
  })

  test.each([
    ['a view', { ...press, type: 'view_submission' }],
    ['what is in a view', { ...press, container: { type: 'view', view_id: 'V1' } }],
    ['nothing', { ...press, actions: [] }],
    ["somebody else's button", { ...press, actions: [{ value: 'buy:r1', action_ts: '1700000002.5' }] }],
    ['a menu', { ...press, actions: [{ selected_option: {}, action_ts: '1700000002.5' }] }],
    ['nobody', { ...press, user: {} }],
    ['us', { ...press, user: { id: 'UBOT' } }],
  ])('S6: of %s is none', (_, body) => {
    expect(readPress(body, self)).toBeUndefined()
  })

  test('S6: whatever comes is read or dropped, never thrown', () => {
    const keys = [
      'type',
      'user',
      'container',
      'actions',
      'channel',
      'thread_ts',
      'event_ts',
      'message',
    ] as const
    const junk = fc.record(
      Object.fromEntries(keys.map((key) => [key, fc.oneof(fc.jsonValue(), fc.constant(press))])),
    )
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), junk), (body) => {
        readPress(body, self)
        readStop(body, self)
      }),
      { numRuns: 300 },
    )
  })
})

describe.each([
  ['HTTP', false],
  ['Socket Mode', true],
])('over %s', (_, socket) => {
  /** A finished reply, and Bob, who presses something below it. */
  async function finished(options: RunningOptions = {}) {
    const app = await running({ socket, ...options })
    const reply = await asked(app)
    await reply.show('one')
    const [ts = ''] = await reply.finish('one two')
    const bob = app.simulator.person('bob')
    const at = { channel: app.channel, ts }
    return {
      ...{ app, reply, bob },
      click: (control: string, id = control) => bob.click(at, `parley:${id}:${REPLY}`, `${control}:${REPLY}`),
      told: () => app.simulator.ephemerals.map(({ user, text, threadTs }) => ({ user, text, threadTs })),
    }
  }

  test('F1: on good or bad is recorded; for good the person alone is thanked, after bad the form asks why', async () => {
    const { app, reply, bob, click, told } = await finished()
    expect((await click('good', 'vote')).acknowledged).toBe(true)
    await click('bad', 'vote')
    await app.simulator.until(() => app.simulator.views(bob).length === 1)
    expect(app.host.votes).toMatchObject([
      { reply: REPLY, platform: 'slack', rater: bob.id, value: 'good' },
      { reply: REPLY, platform: 'slack', rater: bob.id, value: 'bad' },
    ])
    expect(told()).toEqual([{ user: bob.id, text: SAYINGS.noted, threadTs: reply.sent.threadTs }])
    expect(app.simulator.views(bob)).toMatchObject([{ callbackId: 'parley:reason' }])
  })

  test('T5: on regenerate asks for another answer, by name', async () => {
    const { app, bob, click, told } = await finished()
    await click('regenerate')
    await app.simulator.until(() => app.host.regenerations.length === 1)
    expect(app.host.regenerations).toMatchObject([{ reply: REPLY, by: { id: bob.id, name: 'bob' } }])
    expect(told()).toEqual([])
  })

  test.each([
    ['outdated', SAYINGS.outdated],
    ['unasked', SAYINGS.unasked],
    ['unknown', SAYINGS.unknownReply],
  ] as const)('an answer that cannot be done again (%s) is told quietly', async (answer, saying) => {
    const { app, click, told } = await finished()
    app.host.answers.regenerate = answer
    await click('regenerate')
    await app.simulator.until(() => told().length === 1)
    expect(told()).toMatchObject([{ text: saying }])
  })

  test('is acknowledged before it is carried out, and its failure is told', async () => {
    const { app, click, told } = await finished()
    app.host.down = true
    expect((await click('good', 'vote')).acknowledged).toBe(true)
    await app.simulator.until(() => told().length === 1)
    expect(told()).toMatchObject([{ text: SAYINGS.failed }])
  })

  test('below a reply that nobody knows any more is told', async () => {
    const { app, click, told } = await finished()
    app.host.answers.vote = false
    await click('good', 'vote')
    await app.simulator.until(() => told().length === 1)
    expect(told()).toMatchObject([{ text: SAYINGS.unknownReply }])
  })

  test('after the adapter has stopped is not acknowledged: the person sees that it did nothing', async () => {
    const { app, click } = await finished({ ackTimeoutMs: 200 })
    await app.platform.stop()
    expect((await click('good', 'vote')).acknowledged).toBe(false)
    expect(app.host.votes).toEqual([])
  })

  test('T5: on our Stop button names the reply; when nothing is written, that is told', async () => {
    const app = await running({ socket, agents: false })
    const reply = await asked(app)
    await reply.surface.working(never)
    const [ts = ''] = await reply.show('one')
    const bob = app.simulator.person('bob')
    const click = () => bob.click({ channel: app.channel, ts }, `parley:stop:${REPLY}`)
    await click()
    await app.simulator.until(() => app.host.stops.length === 1)
    app.host.answers.stop = false
    await click()
    await app.simulator.until(() => app.simulator.ephemerals.length === 1)
    expect(app.host.stops).toEqual([{ reply: REPLY }, { reply: REPLY }])
    expect(app.simulator.ephemerals).toMatchObject([{ user: bob.id, text: SAYINGS.nothingToStop }])
  })

  test('T5: on Slack’s own Stop names the thread, once however often it is delivered', async () => {
    const app = await running({ socket })
    const reply = await asked(app)
    await reply.surface.working(never)
    await reply.show('one')
    const { channel, threadTs: root } = reply.sent
    const bob = app.simulator.person('bob')
    const stop = app.simulator.stopSession(bob, channel, root)
    await app.simulator.settled()
    await stop.redeliver(2)
    expect(app.host.stops).toEqual([
      { thread: { platform: 'slack', workspace: app.simulator.team.id, channel, root } },
    ])
    // Who writes the last words takes the session out of `processing`.
    await reply.finish('one\n\n_Stopped._')
    expect(reply.seen()).toMatchObject([{ text: 'one\n\n_Stopped._', streaming: false }])
    expect(reply.session().status).toBe('active')
    expect(app.simulator.ephemerals).toEqual([])
  })

  test('D7: a stop of nothing takes the session out of processing all the same', async () => {
    const app = await running({ socket })
    const reply = await asked(app)
    await reply.surface.working(never)
    app.host.answers.stop = false
    const bob = app.simulator.person('bob')
    app.simulator.stopSession(bob, reply.sent.channel, reply.sent.threadTs)
    await app.simulator.until(() => app.simulator.ephemerals.length === 1)
    expect(reply.session().status).toBe('active')
    expect(app.simulator.ephemerals).toMatchObject([{ user: bob.id, text: SAYINGS.nothingToStop }])
  })
})

test('S6: a signed press of no known shape ends nothing', async () => {
  const app = await running()
  const send = (payload: unknown) => {
    const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString()
    return app.simulator.sendRaw(body, app.simulator.sign(body))
  }
  for (const actions of [null, [], [null], {}, 'x', [{ action_id: 7 }]]) {
    expect((await send({ ...press, actions })).status).toBe(400)
  }
  expect((await send({ ...press, channel: null })).status).toBe(400)
  // Of the shape that Slack gives it, but of no button that we show: taken, and nothing done.
  const [button] = press.actions
  const strange = { ...button, action_id: 'parley:sing:r1', value: 'sing:r1' }
  expect((await send({ ...press, actions: [strange] })).status).toBe(200)
  expect(app.host.regenerations).toEqual([])
  await app.simulator.person('alice').mention(app.channel, 'still there?')
  await app.simulator.until(() => app.host.questions.length === 1)
})
