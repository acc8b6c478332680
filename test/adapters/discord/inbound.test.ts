import { describe, expect, test } from 'vitest'
import { finished, REPLY, running } from './running.ts'

describe('what is for the assistant', () => {
  test('T1: a mention in a channel is accepted with the thread it will have', async () => {
    const { simulator, host } = await running()
    const general = simulator.channel('general')
    const sent = simulator.person('alice').mention(general, 'what is a monad?')
    const question = await host.question('what is a monad?')
    expect(question).toMatchObject({
      id: `discord:${general.id}:${sent.messageId}`,
      thread: {
        platform: 'discord',
        workspace: simulator.guild.id,
        channel: general.id,
        root: sent.messageId,
      },
      speaker: { id: simulator.person('alice').id, name: 'alice' },
      place: { to: 'new thread', name: 'what is a monad?' },
    })
    expect(question.hasPast).toBeUndefined()
    expect(simulator.threads()).toEqual([])
  })

  test('T1: a message delivered again is the same question', async () => {
    const { simulator, host } = await running()
    const sent = simulator.person('alice').mention(simulator.channel('general'), 'once')
    sent.redeliver(2)
    await host.until(() => host.accepts.length === 3)
    expect(new Set(host.accepts).size).toBe(1)
  })

  test('a follow-up in an owned thread needs no mention, elsewhere it does', async () => {
    const { simulator, host } = await running()
    const general = simulator.channel('general')
    const alice = simulator.person('alice')
    const ours = alice.startThread(alice.mention(general, 'begin'), 'ours')
    const theirs = alice.startThread(general, 'theirs')
    await host.question('begin')
    alice.post(general, 'not for you')
    alice.post(theirs, 'not for you either')
    alice.mention(theirs, 'but this is')
    alice.post(ours, 'and then?')
    const called = await host.question('but this is')
    const followUp = await host.question('and then?')
    alice.post(theirs, 'now ours too')
    expect((await host.question('now ours too')).thread).toEqual(called.thread)
    expect(followUp.thread).toEqual(host.questions[0]?.thread)
    expect(called).toMatchObject({
      hasPast: true,
      thread: { channel: general.id, root: theirs.id },
      place: { to: 'channel' },
    })
    expect(followUp.hasPast).toBeUndefined()
    expect(host.questions.map(({ text }) => text)).not.toContain('not for you')
    expect(host.questions).toHaveLength(4)
  })

  test('a follow-up right behind the mention that makes a thread ours is not lost', async () => {
    const { simulator, host } = await running()
    const alice = simulator.person('alice')
    const thread = alice.startThread(simulator.channel('general'), 'theirs')
    alice.mention(thread, 'one')
    alice.post(thread, 'two')
    await host.question('two')
    expect(host.questions.map(({ text }) => text)).toEqual(['one', 'two'])
  })

  test('an owned thread that was archived goes on, also after a restart', async () => {
    const { simulator, host, restart } = await running()
    const alice = simulator.person('alice')
    const opening = alice.mention(simulator.channel('general'), 'begin')
    const thread = alice.startThread(opening, 'a thread')
    await host.question('begin')
    simulator.archiveThread(thread)
    await restart()
    alice.post(thread, 'still there?')
    const question = await host.question('still there?')
    expect(question.thread).toEqual(host.questions[0]?.thread)
  })

  test('every direct message is a question of one conversation', async () => {
    const { simulator, host } = await running()
    const alice = simulator.person('alice')
    alice.directMessage('hello')
    alice.directMessage('anybody?')
    const question = await host.question('anybody?')
    const channel = alice.directChannel().id
    expect(question.thread).toEqual({ platform: 'discord', workspace: '@me', channel, root: channel })
    expect(host.questions.map(({ text }) => text)).toEqual(['hello', 'anybody?'])
  })

  test('bots, webhooks and the assistant itself are not heard', async () => {
    const { simulator, host, discord } = await running()
    const general = simulator.channel('general')
    const alice = simulator.person('alice')
    alice.mention(general, 'begin')
    const { place } = await host.question('begin')
    await discord.open(place, [], REPLY).show(finished('hi'), AbortSignal.timeout(5_000))
    simulator.otherBot('helper').mention(general, 'from a bot')
    simulator.webhookPost(general, 'hook', `${simulator.bot.mention} from a webhook`)
    alice.mention(general, 'from a person')
    await host.question('from a person')
    expect(host.questions.map(({ text }) => text)).toEqual(['begin', 'from a person'])
  })

  test('mentions of others become names, and a role that Discord made for the bot is a mention', async () => {
    const { simulator, host } = await running()
    const bob = simulator.person('bob')
    const writers = simulator.role('writers', [bob])
    simulator
      .person('alice')
      .mention(
        simulator.channel('general'),
        `ask <@${bob.id}> and <@&${writers.id}> in <#${simulator.channel('general').id}>`,
      )
    await host.question('ask @bob and @writers in #general')
  })

  test('T2: questions carry the time Discord gave them', async () => {
    const { simulator, host } = await running()
    const alice = simulator.person('alice')
    alice.directMessage('first')
    alice.directMessage('second')
    const [first, second] = [await host.question('first'), await host.question('second')]
    expect(first.sentAt).toBeLessThanOrEqual(second.sentAt)
    expect(Math.abs(first.sentAt - Date.now())).toBeLessThan(60_000)
  })
})

describe('what was said before (rule C1)', () => {
  test('a thread it is called into is read once, oldest first, everybody by name', async () => {
    const { simulator, host, discord } = await running()
    const [alice, bob] = [simulator.person('alice'), simulator.person('bob')]
    const start = alice.post(simulator.channel('general'), 'shall we use a monad?')
    const thread = alice.startThread(start, 'monads')
    bob.post(thread, `only if <@${alice.id}> explains it`)
    simulator.otherBot('builder').post(thread, 'build 7 failed')
    alice.mention(thread, 'explain it')
    const question = await host.question('explain it')
    const past = await discord.past(question, AbortSignal.timeout(5_000))
    expect(past.map(({ speaker, text, own }) => [speaker.name, text, own])).toEqual([
      ['alice', 'shall we use a monad?', false],
      ['bob', 'only if @alice explains it', false],
      ['builder', 'build 7 failed', false],
    ])
  })

  test('a mention that replies to a message brings that message', async () => {
    const { simulator, host, discord } = await running()
    const general = simulator.channel('general')
    const replyTo = simulator.person('bob').post(general, 'monads are burritos')
    simulator.person('alice').mention(general, 'is that so?', { replyTo })
    const question = await host.question('is that so?')
    expect(question.hasPast).toBe(true)
    const past = await discord.past(question, AbortSignal.timeout(5_000))
    expect(past).toMatchObject([{ speaker: { name: 'bob' }, text: 'monads are burritos', own: false }])
    simulator.person('bob').delete(replyTo)
    expect(await discord.past(question, AbortSignal.timeout(5_000))).toEqual([])
  })

  test('a channel whose history is closed says what permission is missing', async () => {
    const { simulator, host, discord } = await running()
    const general = simulator.channel('general')
    const alice = simulator.person('alice')
    const thread = alice.startThread(general, 'theirs')
    alice.post(thread, 'before')
    alice.mention(thread, 'now')
    const question = await host.question('now')
    simulator.failNext('GET /channels/:id/messages', { kind: 'error', status: 403, code: 50001 })
    await expect(discord.past(question, AbortSignal.timeout(5_000))).rejects.toMatchObject({
      name: 'PlatformError',
      fault: { permanent: true, fix: expect.stringContaining('Read Message History') },
    })
  })
})

describe('reactions', () => {
  const answered = async () => {
    const world = await running()
    const sent = world.simulator.person('alice').mention(world.simulator.channel('general'), 'begin')
    const { place } = await world.host.question('begin')
    const surface = world.discord.open(place, [], REPLY)
    const [message = ''] = await surface.show(finished('an answer'), AbortSignal.timeout(5_000))
    return { ...world, thread: { id: sent.messageId }, message, ref: surface.refer(message) }
  }

  test('F3: on a reply of before a restart are recorded under the name the surface gave it', async () => {
    const { simulator, host, restart, thread, message, ref } = await answered()
    await restart()
    const alice = simulator.person('alice')
    alice.react(thread, message, '👍')
    alice.unreact(thread, message, '👍')
    await host.until(() => host.reactions.length === 2)
    expect(host.reactions).toMatchObject([
      { kind: 'reaction_added', message: ref, rater: alice.id, value: '👍' },
      { kind: 'reaction_removed', message: ref, rater: alice.id, value: '👍' },
    ])
  })

  test('F1: on, off and on again are three records, also across a broken connection', async () => {
    const { simulator, host, thread, message } = await answered()
    const alice = simulator.person('alice')
    alice.react(thread, message, '👍')
    await host.until(() => host.reactions.length === 1)
    simulator.dropConnections()
    alice.unreact(thread, message, '👍')
    alice.react(thread, message, '👍')
    await host.until(() => host.reactions.length >= 3)
    expect(simulator.resumes).toBe(1)
    expect(host.reactions.map(({ kind }) => kind)).toEqual([
      'reaction_added',
      'reaction_removed',
      'reaction_added',
    ])
    expect(new Set(host.reactions.map(({ id }) => id)).size).toBe(3)
  })

  test('F1: what a moderator takes off a reply is heard, of one emoji and of all', async () => {
    const { simulator, host, restart, thread, message, ref } = await answered()
    await restart()
    const alice = simulator.person('alice')
    alice.react(thread, message, '👍')
    alice.clearReactions(thread, message, '👍')
    alice.clearReactions(thread, message)
    await host.until(() => host.reactions.length === 3)
    const [, one, all] = host.reactions
    expect(one).toMatchObject({ kind: 'reactions_cleared', message: ref, value: '👍' })
    expect(all).toMatchObject({ kind: 'reactions_cleared', message: ref })
    expect(all).not.toHaveProperty('value')
  })

  test('a custom emoji is named with its id', async () => {
    const { simulator, host, thread, message } = await answered()
    const parrot = simulator.customEmoji('parrot')
    simulator.person('alice').react(thread, message, parrot)
    await host.until(() => host.reactions.length === 1)
    expect(host.reactions[0]?.value).toBe(parrot)
  })

  test('F2: those of bots, and those on messages of others, are dropped', async () => {
    const { simulator, host, thread, message } = await answered()
    const alice = simulator.person('alice')
    const foreign = alice.post(thread, 'mine')
    const helper = simulator.otherBot('helper')
    helper.react(thread, message, '👍')
    helper.unreact(thread, message, '👍')
    simulator.person('bob').react(thread, foreign.messageId, '👍')
    alice.react(thread, message, '🎉')
    await host.until(() => host.reactions.length > 0)
    expect(host.reactions.map(({ value }) => value)).toEqual(['🎉'])
  })
})
