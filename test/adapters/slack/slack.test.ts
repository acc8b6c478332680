import { describe, expect, test } from 'vitest'
import { createSlack } from '#adapters/slack/slack.ts'
import { systemClock } from '#core/clock.ts'
import { Accounts } from '#core/delivery/accounts.ts'
import { ConfigError, PlatformError } from '#core/errors.ts'
import { quietLog } from '#test/quiet-log.ts'
import { FINISHED, never, onlyQuestion, REPLY, running } from './running.ts'

const deps = { log: quietLog, clock: systemClock, accounts: new Accounts(systemClock) }

describe.each([
  ['HTTP', false],
  ['Socket Mode', true],
])('over %s', (_, socket) => {
  test('T1: a mention is one question, however often it is delivered', async () => {
    const { simulator, host, channel } = await running({ socket })
    const sent = await simulator.person('alice').mention(channel, 'what is a monad?')
    await sent.redeliver(2, { as: 'retry' })
    await sent.redeliver(1, { as: 'replay' })
    await simulator.settled()
    expect(onlyQuestion(host)).toMatchObject({
      text: 'what is a monad?',
      thread: { platform: 'slack', workspace: simulator.team.id, channel, root: sent.ts },
      speaker: { name: 'alice' },
      hasPast: false,
    })
    // The mention and its twin, each delivered four times.
    expect(host.duplicates()).toBe(7)
    expect(simulator.deliveries.every(({ acknowledged }) => acknowledged)).toBe(true)
  })

  test('a follow-up needs no mention in a thread of ours, and is not ours in another', async () => {
    const { simulator, host, channel } = await running({ socket })
    const [alice, bob] = [simulator.person('alice'), simulator.person('bob')]
    const ours = await alice.mention(channel, 'one')
    const others = await bob.post(channel, 'lunch?')
    await alice.post(channel, 'two', { threadTs: ours.ts })
    await alice.post(channel, 'at noon', { threadTs: others.ts })
    await bob.post(channel, 'talk of others')
    await simulator.settled()
    expect(host.questions.map(({ text }) => text)).toEqual(['one', 'two'])
    expect(simulator.deliveries.every(({ acknowledged }) => acknowledged)).toBe(true)
  })

  test('T1: a follow-up right behind its mention is not lost while the mention is taken in', async () => {
    const { simulator, host, channel } = await running({ socket })
    const alice = simulator.person('alice')
    simulator.failNext('users.info', { kind: 'delay', ms: 150 })
    const posted = alice.mention(channel, 'one')
    const { ts } = await posted
    await alice.post(channel, 'two', { threadTs: ts })
    await simulator.until(() => host.questions.length === 2)
    expect(host.questions.map(({ text }) => text)).toEqual(['one', 'two'])
  })

  test('T1: what could not be stored is not acknowledged, and comes again', async () => {
    const { simulator, host, channel } = await running({
      socket,
      ackTimeoutMs: 300,
      retryDelaysMs: [50, 50, 50],
    })
    host.down = true
    await simulator.person('alice').mention(channel, 'are you there?')
    await simulator.until(() => simulator.deliveries.length >= 2)
    expect(simulator.deliveries.some(({ acknowledged }) => acknowledged)).toBe(false)
    expect(host.questions).toHaveLength(0)
    host.down = false
    await simulator.until(() => host.questions.length > 0)
    expect(onlyQuestion(host).text).toBe('are you there?')
  })

  test('a direct message is always answered', async () => {
    const { simulator, host } = await running({ socket })
    const alice = simulator.person('alice')
    const sent = await alice.directMessage('hello')
    await simulator.settled()
    expect(onlyQuestion(host)).toMatchObject({ text: 'hello', place: { direct: true, channel: alice.dm } })
    await alice.directMessage('and more', { threadTs: sent.ts })
    await simulator.settled()
    expect(host.questions.map(({ thread }) => thread.root)).toEqual([sent.ts, sent.ts])
  })
})

test('S6: bots, edits, deletions and unfurls ask nothing', async () => {
  const { simulator, host, channel } = await running()
  const alice = simulator.person('alice')
  const sent = await alice.mention(channel, 'the first')
  await simulator.otherBot('weather').post(channel, `<@${simulator.bot.userId}> rain`, { threadTs: sent.ts })
  await alice.edit(sent, 'the second')
  simulator.unfurl(channel, sent.ts)
  await alice.openHome()
  await simulator.settled()
  expect(onlyQuestion(host).text).toBe('the first')
})

test('F1, F2: reactions of people are recorded once, those of bots never', async () => {
  const { simulator, host, platform, channel } = await running()
  const [alice, weather] = [simulator.person('alice'), simulator.otherBot('weather')]
  await alice.mention(channel, 'rate me')
  await simulator.settled()
  const surface = platform.open(onlyQuestion(host).place, [], REPLY)
  const [ts = ''] = await surface.show({ parts: ['an answer'], finished: true, controls: FINISHED }, never)
  const given = await alice.react(channel, ts, '+1')
  await given?.redeliver(2)
  await weather.react(channel, ts, 'rain_cloud')
  await alice.unreact(channel, ts, '+1')
  await simulator.settled()
  expect(host.reactions).toMatchObject([
    { kind: 'reaction_added', value: '+1', rater: alice.id },
    { kind: 'reaction_removed', value: '+1', rater: alice.id },
  ])
  expect(host.reactions[0]?.message).toEqual(surface.refer(ts))
})

test('F2: whether a rater is a bot is asked again when Slack does not say', async () => {
  const { simulator, host, platform, channel } = await running({ retryDelaysMs: [0] })
  const alice = simulator.person('alice')
  const { ts: root } = await alice.post(channel, 'a post')
  const place = { channel, root, ts: root, user: alice.id, userTeam: simulator.team.id, direct: false }
  const surface = platform.open(place, [], REPLY)
  const [ts = ''] = await surface.show({ parts: ['an answer'], finished: true, controls: FINISHED }, never)
  simulator.failNext('users.info', { kind: 'http', status: 503 })
  await alice.react(channel, ts, '+1')
  await simulator.until(() => host.reactions.length === 1)
  await simulator.settled()
  const results = simulator.deliveries.filter(({ type }) => type === 'reaction_added')
  expect(results.map(({ acknowledged }) => acknowledged)).toEqual([false, true])
})

test('C1: called into a thread, its past can be read: who said what, in order, without the question', async () => {
  const { simulator, host, platform, channel } = await running()
  const [alice, bob] = [simulator.person('alice'), simulator.person('bob')]
  const root = await alice.post(channel, 'shall we *ship*?')
  for (let n = 0; n < 205; n += 1) await bob.post(channel, `point ${n}`, { threadTs: root.ts })
  await simulator.otherBot('ci').post(channel, 'build &lt;green&gt;', { threadTs: root.ts })
  await alice.post(channel, `what do you think, <@${bob.id}>?`, { threadTs: root.ts })
  await alice.mention(channel, 'you decide', { threadTs: root.ts })
  await bob.post(channel, 'too late', { threadTs: root.ts })
  await simulator.until(() => host.questions.length > 0)
  const question = host.questions[0]
  if (question === undefined) throw new Error('no question')
  expect(question.hasPast).toBe(true)
  const past = await platform.past(question, never)
  expect(past).toHaveLength(208)
  expect(past[0]).toMatchObject({
    speaker: { id: alice.id, name: 'alice' },
    own: false,
    text: 'shall we **ship**?',
  })
  expect(past.at(-2)).toMatchObject({ text: 'build <green>' })
  expect(past.at(-1)).toMatchObject({ text: 'what do you think, @bob?' })
  const times = past.map(({ sentAt }) => sentAt)
  expect(times).toEqual(times.toSorted((a, b) => a - b))
})

test('C4: a name that cannot be looked up costs no question', async () => {
  const { simulator, host, channel } = await running()
  const alice = simulator.person('alice')
  simulator.failNext('users.info', { kind: 'http', status: 503 })
  await alice.mention(channel, 'who am I?')
  await simulator.settled()
  expect(host.questions[0]?.speaker).toEqual({ id: alice.id, name: alice.id })
})

describe('start', () => {
  test('says whose fault a refused token is', async () => {
    const { simulator, platform, host } = await running({ started: false })
    simulator.rejectToken()
    const error = await platform.start(host).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(PlatformError)
    expect(error).toMatchObject({ fault: { code: 'invalid_auth', method: 'auth.test', permanent: true } })
    simulator.acceptToken()
    await platform.start(host)
  })

  test('tells a Slack that is down from a setting that is wrong', async () => {
    const { simulator, platform, host } = await running({ started: false })
    for (let n = 0; n < 2; n += 1) simulator.failNext('auth.test', { kind: 'http', status: 503 })
    await expect(platform.start(host)).rejects.toMatchObject({
      fault: { code: 'http_503', permanent: false },
    })
    await platform.start(host)
  })

  test('names the app-level token when that is the wrong one', async () => {
    const { simulator, host } = await running({ started: false })
    const { botToken, apiUrl } = simulator
    const platform = createSlack({ botToken, apiUrl, appToken: 'xapp-wrong' }, deps)
    await expect(platform.start(host)).rejects.toMatchObject({
      fault: { code: 'invalid_auth', method: 'apps.connections.open', permanent: true },
    })
  })

  test('needs a way to hear of events', () => {
    expect(() => createSlack({ botToken: 'xoxb-1' }, deps)).toThrow(ConfigError)
  })

  test('uses Socket Mode when both are given, and serves nothing', () => {
    expect(
      createSlack({ botToken: 'xoxb-1', appToken: 'xapp-1', signingSecret: 's' }, deps).routes,
    ).toBeUndefined()
  })
})
