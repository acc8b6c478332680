import { describe, expect, onTestFinished, test } from 'vitest'
import { ReplyWriter } from '#core/delivery/reply-writer.ts'
import { ScaledClock } from '#test/scaled-clock.ts'
import { VirtualClock } from '#test/virtual-clock.ts'
import { asked, FINISHED, failing, never, REPLY, running } from './running.ts'

const MINUTE_MS = 60_000

/** Questions of a workspace, each a thread of its own. */
async function burst(count: number, options: Parameters<typeof running>[0]) {
  const app = await running(options)
  const channels = ['general', 'random'].map((name) => app.simulator.channel(name))
  const alice = app.simulator.person('alice')
  for (let index = 0; index < count; index += 1)
    await alice.mention(channels[index % channels.length] ?? '', `question ${index}`)
  await app.simulator.until(() => app.host.questions.length === count)
  const replies = app.host.questions.map(({ place, thread }, index) => ({
    surface: app.platform.open(place, [], `${REPLY}-${index}`),
    thread,
  }))
  return { ...app, replies }
}

type Begun = Awaited<ReturnType<typeof burst>>['replies'][number]

describe('D3: calls that find no room are never made', () => {
  test.each([
    ['streams and sessions', {}],
    ['edits and the status line', { streaming: false, agents: false }],
  ])('fifty mentions at once provoke no 429 (%s)', { timeout: 30_000 }, async (_, offers) => {
    const clock = new ScaledClock(15)
    const { simulator, replies } = await burst(50, { clock, ...offers })
    const written = replies.map(async ({ surface }, index) => {
      const over = new AbortController()
      void surface.working(over.signal)
      const onShown = async () => {}
      const writer = new ReplyWriter({ surface, clock, signal: never, onShown })
      const words = ['Well, ', 'this is ', `answer ${index}.`]
      for (const word of words) {
        writer.push(word)
        await clock.sleep(700)
      }
      await writer.finish(words.join(''), FINISHED)
      over.abort()
    })
    await Promise.all(written)
    expect(simulator.calls.filter(({ outcome }) => outcome === 'http 429')).toEqual([])
    const of = (text: string) =>
      simulator.history(simulator.channel(text)).flatMap(({ ts }) =>
        simulator
          .thread(simulator.channel(text), ts)
          .filter(({ user }) => user === simulator.bot.userId)
          .map((message) => message.streaming || message.shown),
      )
    expect([...of('general'), ...of('random')].toSorted()).toEqual(
      replies.map((_, index) => `Well, this is answer ${index}.`).toSorted(),
    )
    const status = (index: number) => {
      const { channel, root } = { channel: '', root: '', ...replies[index]?.thread }
      return simulator.session(channel, root)
    }
    await simulator.until(() =>
      replies.every((_, index) => status(index).status !== 'processing' && status(index).statusLine === ''),
    )
  })

  test('D7: a sign that finds no room is lit later, and holds nothing up', async () => {
    const clock = new VirtualClock(Date.now())
    const { simulator, replies } = await burst(26, { clock })
    const over = new AbortController()
    const working = replies.map(({ surface }) => surface.working(over.signal))
    await clock.advance(1_000)
    const lit = () => replies.filter(({ thread }) => isLit(thread)).length
    const isLit = (thread: { channel: string; root: string }) =>
      simulator.session(thread.channel, thread.root).status === 'processing'
    await simulator.until(() => lit() === 25)
    const [last] = replies.slice(-1)
    await last?.surface.show({ parts: ['seen'], finished: false, controls: ['stop'] }, never)
    await clock.advance(MINUTE_MS)
    await simulator.until(() => lit() === 26)
    await Promise.all(working)
  })
})

test('T5: while the sign finds no room a reply has a button to stop it, with words and without', async () => {
  const clock = new VirtualClock(Date.now())
  const { simulator, replies } = await burst(27, { clock })
  const over = new AbortController()
  onTestFinished(() => over.abort())
  for (const { surface } of replies) void surface.working(over.signal)
  await clock.advance(1_000)
  const session = ({ thread: { channel, root } }: Begun) => simulator.session(channel, root)
  await simulator.until(() => replies.filter((reply) => session(reply).status === 'processing').length === 25)
  const buttons = ({ thread: { channel, root } }: Begun) =>
    simulator.thread(channel, root).filter(({ blocks }) => JSON.stringify(blocks).includes('stop:')).length
  const [first, last, silent] = [replies[0], ...replies.slice(-2)]
  if (first === undefined || last === undefined || silent === undefined) throw new Error('there are 27')
  for (const { surface } of [first, last])
    await surface.show({ parts: ['seen'], finished: false, controls: ['stop'] }, never)
  expect([first, last, silent].map(buttons)).toEqual([0, 1, 0])
  await clock.advance(3_000)
  await simulator.until(() => buttons(silent) === 1)
  await clock.advance(MINUTE_MS)
  await simulator.until(() => session(last).status === 'processing')
  await last.surface.show({ parts: ['seen now'], finished: false, controls: ['stop'] }, never)
  expect([first, last].map(buttons)).toEqual([0, 0])
})

describe('a stream that cannot end yet', () => {
  const noRoom = { kind: 'http', status: 429, headers: { 'retry-after': '7' } } as const

  test('D4: says its last words at once, and ends when there is room', async () => {
    const clock = new VirtualClock(Date.now())
    const app = await running({ clock })
    const reply = await asked(app)
    await reply.show('one')
    app.simulator.failNext('chat.stopStream', noRoom)
    expect(await failing(reply.finish('one two'))).toBe('rate_limited')
    expect(reply.seen().map(({ text, streaming }) => [text, streaming])).toEqual([['one two', true]])
    await clock.advance(7_000)
    await reply.finish('one two')
    expect(reply.seen().map(({ text, streaming }) => [text, streaming])).toEqual([['one two', false]])
    expect(reply.writes().filter((method) => method === 'chat.appendStream')).toHaveLength(1)
  })

  test('D4: does not keep the text below it from being seen', async () => {
    const clock = new VirtualClock(Date.now())
    const app = await running({ clock })
    const reply = await asked(app)
    await reply.show('one')
    app.simulator.failNext('chat.stopStream', noRoom)
    await reply.show('one.', 'two')
    expect(reply.seen().map(({ text }) => text)).toEqual(['one.', 'two'])
    await clock.advance(7_000)
    await reply.finish('one.', 'two.')
    expect(reply.seen().map(({ text, streaming }) => [text, streaming])).toEqual([
      ['one.', false],
      ['two.', false],
    ])
  })

  test('D5: is edited when Slack has ended it meanwhile', async () => {
    const clock = new VirtualClock(Date.now())
    const app = await running({ clock })
    const reply = await asked(app)
    await reply.show('one')
    app.simulator.failNext('chat.stopStream', noRoom)
    app.simulator.failNext('chat.appendStream', { kind: 'platform', error: 'message_not_in_streaming_state' })
    await failing(reply.finish('one two'))
    await clock.advance(7_000)
    await reply.finish('one two')
    expect(reply.seen().map(({ text, streaming }) => [text, streaming])).toEqual([['one two', false]])
  })
})

test('D1: the limit falls when this Slack turns out to take plain text only', async () => {
  const app = await running({ streaming: false })
  const reply = await asked(app)
  const before = reply.surface.limit.size
  for (const error of ['no_text', 'invalid_blocks'])
    app.simulator.failNext('chat.postMessage', { kind: 'platform', error })
  await reply.show('one')
  expect(reply.seen().map(({ text }) => text)).toEqual(['one'])
  expect(reply.surface.limit.size).toBeLessThan(before)
})
