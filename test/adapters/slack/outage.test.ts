/** Slack refuses, is away, or delivers late: nothing is lost, and readiness says why (rules T1, T2, D5). */
import { describe, expect, test } from 'vitest'
import { type Clock, systemClock } from '#core/clock.ts'
import { ReplyWriter } from '#core/delivery/reply-writer.ts'
import type { SlackPerson } from '#test/platforms/slack/contract.ts'
import { ScaledClock } from '#test/scaled-clock.ts'
import { asked, FINISHED, failing, never, REPLY, running } from './running.ts'

/** A hundred times as fast as the real one, for what is tried again after seconds. */
const hurried: Clock = {
  now: systemClock.now,
  sleep: (ms, signal) => systemClock.sleep(ms / 100, signal),
}

test.each(['invalid_auth', 'account_inactive', 'token_revoked'])(
  'D5: a token that is refused while a reply is written is waited for: %s',
  async (error) => {
    const app = await running({ clock: hurried, rateLimits: false })
    const { show, finish, seen, writes } = await asked(app)
    await show('A monad')
    app.simulator.rejectToken()
    app.simulator.failNext('chat.appendStream', { kind: 'platform', error })
    expect(await failing(finish('A monad is a monoid.'))).toBe('away')
    expect(app.platform.trouble).toMatch(
      /^slack: [a-z]+\.\w+ failed with .*reinstall the app if it was removed\.$/,
    )
    const before = writes().length
    expect(await failing(finish('A monad is a monoid.'))).toBe('away')
    expect(writes(), 'nothing more is asked').toHaveLength(before)
    app.simulator.acceptToken()
    await expect.poll(() => app.platform.trouble, { timeout: 10_000 }).toBeUndefined()
    await finish('A monad is a monoid.')
    expect(seen().map(({ text }) => text)).toEqual(['A monad is a monoid.'])
  },
)

test('T3: a reply is kept as long as it takes, and shown when Slack is back', async () => {
  const app = await running({ clock: hurried, rateLimits: false })
  const { surface, seen } = await asked(app)
  const writer = new ReplyWriter({
    surface,
    clock: new ScaledClock(100),
    signal: never,
    onShown: async () => {},
  })
  app.simulator.rejectToken()
  writer.push('A monad')
  const done = writer.finish('A monad is a monoid.', FINISHED)
  await expect.poll(() => app.platform.trouble, { timeout: 10_000 }).toBeDefined()
  app.simulator.acceptToken()
  await done
  expect(seen().map(({ text }) => text)).toEqual(['A monad is a monoid.'])
})

test.each([{ socket: false }, { socket: true }])(
  'T1, T2: what was said after a mention that came late is answered too: %o',
  async ({ socket }) => {
    const app = await running({ socket, retryDelaysMs: [1_000] })
    const { simulator, host, channel } = app
    host.down = true
    const sent = await simulator.person('alice').mention(channel, 'what is a monad?')
    const refused = () => simulator.deliveries.filter(({ result }) => result !== 'ok' && result !== 'pending')
    await simulator.until(() => refused().length >= 2 || (socket && simulator.deliveries.length >= 2))
    host.down = false
    await simulator.person('bob').post(channel, 'and a functor?', { threadTs: sent.threadTs })
    await simulator.until(() => host.questions.length >= 2)
    expect(host.questions.map(({ text }) => text)).toEqual(['what is a monad?', 'and a functor?'])
    expect(host.questions.map(({ hasPast }) => hasPast)).toEqual([false, false])
  },
)

describe('T1, T6: what came late, and was changed or taken back while nobody knew it', () => {
  const asks = {
    mention: (alice: SlackPerson, channel: string) => alice.mention(channel, 'what is a monad?'),
    'direct message': (alice: SlackPerson) => alice.directMessage('what is a monad?'),
  }
  const words = {
    mention: (bot: string) => `<@${bot}> and a functor?`,
    'direct message': () => 'and a functor?',
  }

  describe.each(['mention', 'direct message'] as const)('a %s', (kind) => {
    const missed = async () => {
      const late: Clock = { ...systemClock, now: () => systemClock.now() + 60_000 }
      const app = await running({ retryDelaysMs: [], clock: late })
      const alice = app.simulator.person('alice')
      app.host.down = true
      const sent = await asks[kind](alice, app.channel)
      await app.simulator.settled()
      app.host.down = false
      return { ...app, alice, sent }
    }

    test('is answered as it reads now', async () => {
      const { simulator, host, alice, sent } = await missed()
      await alice.edit(sent, words[kind](simulator.bot.userId))
      await simulator.settled()
      expect(host.edits).toEqual([])
      await sent.redeliver(1, { as: 'retry' })
      // As one edit, though Slack tells of a mention twice.
      expect(new Set(host.edits.map(({ version }) => version)).size).toBe(1)
      expect(host.edits[0]).toMatchObject({ question: host.questions[0]?.id, text: 'and a functor?' })
      expect(host.deletions).toEqual([])
    })

    test('is not answered once it is gone', async () => {
      const { simulator, host, alice, sent } = await missed()
      await alice.delete(sent)
      await simulator.settled()
      await sent.redeliver(1, { as: 'retry' })
      expect(host.deletions.map(({ question }) => question)).toContain(host.questions[0]?.id)
    })

    test('is answered as it was told where it cannot be read, and where nothing became of it', async () => {
      const { simulator, host, sent } = await missed()
      simulator.failNext('conversations.replies', { kind: 'platform', error: 'missing_scope' })
      await sent.redeliver(1, { as: 'retry' })
      await sent.redeliver(1, { as: 'retry' })
      expect(host.questions.map(({ text }) => text)).toEqual(['what is a monad?'])
      expect([host.edits, host.deletions]).toEqual([[], []])
    })
  })
})

test('T1: a direct message that came late is acknowledged, also where Slack cannot be asked what became of it', async () => {
  const { simulator, host } = await running({ retryDelaysMs: [] })
  host.down = true
  const sent = await simulator.person('alice').directMessage('hello')
  await simulator.settled()
  host.down = false
  simulator.failNext('conversations.replies', { kind: 'http', status: 503 })
  await sent.redeliver(1, { as: 'retry' })
  expect(host.questions.map(({ text }) => text)).toEqual(['hello'])
  expect(simulator.deliveries.at(-1)).toMatchObject({ acknowledged: true })
})

test('a mention that comes at once costs no look at its thread', async () => {
  const app = await running()
  await asked(app)
  expect(app.simulator.calls.map(({ method }) => method)).not.toContain('conversations.replies')
})

test('a connection that is not to be had is told, until there is one', async () => {
  const { simulator, platform } = await running({ socket: true, clock: hurried, rateLimits: false })
  expect(platform.trouble).toBeUndefined()
  for (let n = 0; n < 10; n += 1)
    simulator.failNext('apps.connections.open', { kind: 'platform', error: 'invalid_auth' })
  simulator.sockets.drop()
  await expect.poll(() => platform.trouble, { timeout: 10_000 }).toMatch(/app-level token/)
  await simulator.until(() => simulator.sockets.count === 1)
  await expect.poll(() => platform.trouble, { timeout: 10_000 }).toBeUndefined()
})

test.each([
  ['a session', {}],
  ['the older status line', { agents: false, streaming: false }],
])(
  'D7, T3: a sign that a process left lit when it died goes with the end of the reply: %s',
  async (_, options) => {
    const app = await running(options)
    const { surface, question, session, show, seen } = await asked(app)
    await show('A monad')
    await surface.working(never)
    const isLit = () => session().status === 'processing' || session().statusLine !== ''
    expect(isLit()).toBe(true)
    const next = (await app.restarted()).open(question.place, [], REPLY, true)
    await next.show({ parts: ['A monad is a monoid.'], finished: true, controls: FINISHED }, never)
    await app.simulator.until(() => !isLit())
    expect(seen().map(({ text }) => text)).toEqual(['A monad is a monoid.'])
  },
)
