import { describe, expect, test } from 'vitest'
import { VirtualClock } from '#test/virtual-clock.ts'
import { asked, FINISHED, followUp, never, onlyQuestion, REPLY, running } from './running.ts'

describe('streams', () => {
  test('D4: the first words are one call away, growth is appended, the end is one call', async () => {
    const reply = await asked(await running())
    await reply.show('one')
    await reply.show('one two')
    await reply.finish('one two three')
    expect(reply.writes()).toEqual(['chat.startStream', 'chat.appendStream', 'chat.stopStream'])
  })

  test('D4: what is complete at once is posted in one call, and previews nothing', async () => {
    const app = await running()
    const reply = await asked(app)
    await reply.finish('See https://a.example')
    expect(reply.writes()).toEqual(['chat.postMessage'])
    const [call] = app.simulator.calls.filter(({ method }) => method === 'chat.postMessage')
    expect(call?.args).toMatchObject({ unfurl_links: 'false', unfurl_media: 'false' })
  })

  test('D5: a stream that Slack ends sooner than we thought goes on as an edit', async () => {
    const clock = new VirtualClock(Date.now())
    const reply = await asked(await running({ clock, streamLifetimeMs: 60_000 }))
    await reply.show('one')
    await clock.advance(60_000)
    await reply.show('one two')
    const ids = await reply.finish('one two three')
    expect(reply.seen().map(({ text, ts, streaming }) => [text, ts, streaming])).toEqual([
      ['one two three', ids[0], false],
    ])
  })

  test('D5: so does one that is too long', async () => {
    const app = await running({ streamMaxBytes: 20 })
    const reply = await asked(app)
    await reply.show('short')
    await reply.show('short at first, and then longer')
    await reply.finish('short at first, and then longer and longer')
    expect(reply.seen().map(({ text, streaming }) => [text, streaming])).toEqual([
      ['short at first, and then longer and longer', false],
    ])
  })

  test('D5: a stream that a person stopped still gets its last words', async () => {
    const app = await running()
    const reply = await asked(app)
    await reply.show('one')
    app.simulator.stopSession(app.simulator.person('alice'), app.channel, reply.sent.threadTs)
    await reply.finish('one (stopped)')
    expect(reply.seen().map(({ text, streaming }) => [text, streaming])).toEqual([['one (stopped)', false]])
  })

  test('that a server has none is found out once', async () => {
    const app = await running({ streaming: false })
    const reply = await asked(app)
    await reply.show('one')
    await reply.finish('one two')
    const again = app.platform.open(await followUp(app, reply.sent), [], REPLY)
    await again.show({ parts: ['three'], finished: false, controls: ['stop'] }, never)
    await again.show({ parts: ['three four'], finished: true, controls: FINISHED }, never)
    expect(reply.writes().filter((method) => method === 'chat.startStream')).toHaveLength(1)
    expect(reply.seen().map(({ text }) => text)).toEqual(['one two', 'three four'])
  })

  test('D4: when the streams of a minute are used up, a reply is posted instead, and no start is tried until Slack allows it', async () => {
    const app = await running()
    const reply = await asked(app)
    app.simulator.failNext('chat.startStream', {
      kind: 'http',
      status: 429,
      headers: { 'retry-after': '30' },
    })
    await reply.show('one')
    await reply.finish('one two')
    const again = app.platform.open(await followUp(app, reply.sent), [], REPLY)
    await again.show({ parts: ['three'], finished: false, controls: ['stop'] }, never)
    expect(reply.writes()).toEqual([
      'chat.startStream',
      'chat.postMessage',
      'chat.update',
      'chat.postMessage',
    ])
  })

  test('a guest of another company is named by their own workspace', async () => {
    const app = await running()
    const alice = app.simulator.person('alice')
    await alice.mention(app.channel, 'hi', { userTeam: 'T0GUESTS' })
    await app.simulator.settled()
    const surface = app.platform.open(onlyQuestion(app.host).place, [], REPLY)
    await surface.show({ parts: ['hello'], finished: false, controls: ['stop'] }, never)
    const [call] = app.simulator.calls.filter(({ method }) => method === 'chat.startStream')
    expect(call?.args).toMatchObject({ recipient_team_id: 'T0GUESTS', recipient_user_id: alice.id })
  })
})
