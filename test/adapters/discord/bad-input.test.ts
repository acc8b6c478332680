import { expect, test } from 'vitest'
import { ReplyWriter } from '#core/delivery/reply-writer.ts'
import { ScaledClock } from '#test/scaled-clock.ts'
import { REPLY, readReply, running } from './running.ts'

/** Pauses and limits end this many times sooner; the SDK's login still takes the time it takes. */
const SPEED = 40
const PATIENCE_MS = 30_000

/** What a reader sees when the model has said this, piece by piece. */
async function said(text: string) {
  const clock = new ScaledClock(SPEED)
  const world = await running({ adapterClock: clock, limitSpeed: SPEED })
  const { simulator, host, discord } = world
  const bob = simulator.person('bob')
  const { messageId: thread } = simulator.person('alice').mention(simulator.channel('general'), 'go on')
  const { place } = await host.question('go on')
  const writer = new ReplyWriter({
    surface: discord.open(place, [], REPLY),
    clock,
    signal: AbortSignal.timeout(PATIENCE_MS),
    onShown: async () => {},
  })
  const whole = text.replaceAll('BOB', bob.id)
  for (let at = 0; at < whole.length; at += 500) {
    writer.push(whole.slice(at, at + 500))
    await new Promise(setImmediate)
  }
  await writer.finish(whole, ['good', 'bad', 'regenerate'])
  const messages = simulator.messages(thread).filter(({ type }) => type !== 21)
  return {
    bob: bob.id,
    shown: readReply(simulator, thread),
    pings: messages.flatMap(({ pings }) => pings),
    withButtons: messages.filter(({ components }) => components.length > 0).length,
    refused: simulator.calls.filter(({ status }) => status === 429).length,
  }
}

test(
  'D1: 100,000 characters in one line arrive whole, within the limits, with one row of buttons',
  async () => {
    const text = Array.from({ length: 12_000 }, (_, n) => `wo${n}`)
      .join(' ')
      .slice(0, 100_000)
      .trim()
    const { shown, withButtons, refused } = await said(text)
    expect(shown.join(' ')).toBe(text)
    expect(shown.every(({ length }) => length <= 2000)).toBe(true)
    expect(shown.length).toBeLessThanOrEqual(Math.ceil(text.length / 1_950))
    expect(withButtons).toBe(1)
    expect(refused).toBe(0)
  },
  PATIENCE_MS,
)

test(
  'D1: so do 20,000 without a space, and no emoji is torn',
  async () => {
    const text = '👩‍👩‍👧‍👦🦜'.repeat(1_540)
    const { shown } = await said(text)
    expect(shown.join('')).toBe(text)
    expect(shown.every((part) => part.isWellFormed())).toBe(true)
  },
  PATIENCE_MS,
)

test('D6: what would ping is shown as it is written, in code and outside, and pings nobody', async () => {
  const text =
    'Hello @everyone and @here, <!channel>, <@U0123ABCD>, <@123>, <@BOB>, <@!BOB>.\n\n' +
    'In code: `@everyone <!channel> <@BOB>`\n\n```\n@here <@BOB>\n```'
  const { shown, pings, bob } = await said(text)
  expect(pings).toEqual([])
  const [message = ''] = shown
  expect(shown).toHaveLength(1)
  expect(message).toContain(`\\<@${bob}>, \\<@!${bob}>`)
  expect(message).toContain(`\`@everyone <!channel> <@${bob}>\``)
  // Discord takes the backslash in front of a mention for its own.
  expect(message.replaceAll('\\<', '<')).toBe(text.replaceAll('BOB', bob))
})

test.each([
  ['only fences', '```\n```\n```js\n```\n~~~\n~~~'],
  ['unclosed everything', '**bold _and `code [link](https://example.com/ and ~~gone'],
  ['right to left', 'שלום עולם, **מודגש** ו־`קוד`.\n\nمرحبا بالعالم'],
])('D1: a reply of %s arrives as it was said', async (_what, text) => {
  const { shown } = await said(text)
  expect(shown).toEqual([text])
})
