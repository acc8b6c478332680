import { describe, expect, onTestFinished, test } from 'vitest'
import type { LanguageModel } from '#core/model/model.ts'
import { ScaledClock } from '#test/scaled-clock.ts'
import { run } from '#test/scenarios/running.ts'
import { slackWorld } from '#test/scenarios/worlds/slack.ts'

const JOINER = '\u2060'

/** Says `text`, a few characters at a time. */
const saying = (text: string, characters: number): LanguageModel => ({
  label: 'saying model',
  async *stream() {
    for (let at = 0; at < text.length; at += characters) {
      yield { type: 'text', delta: text.slice(at, at + characters) }
      // Room for a write in between.
      if (at % (characters * 16) === 0) await new Promise((resolve) => setTimeout(resolve, 1))
    }
    yield { type: 'done', finish: 'stop', model: 'saying-1' }
  },
})

/** What a reader sees of the answer in the end. */
async function answered(
  text: string,
  options: { streaming: boolean; characters?: number; withinMs?: number },
) {
  const { streaming, characters = 3, withinMs = 10_000 } = options
  const world = await slackWorld({ streaming })
  const parley = await run([world], { model: saying(text, characters), clock: new ScaledClock(2) })
  onTestFinished(async () => {
    await parley.stop(1_000)
    await world.close()
  })
  const { simulator } = world
  const channel = simulator.channel('general')
  const { ts } = await simulator.person('alice').mention(channel, 'say it')
  const ours = () => simulator.thread(channel, ts).filter(({ user }) => user === simulator.bot.userId)
  const isEnd = () =>
    ours()
      .at(-1)
      ?.blocks.some((block) => block.type === 'context_actions') === true
  await simulator.until(isEnd, withinMs)
  return { simulator, messages: ours() }
}

describe.each([
  ['by stream', true],
  ['by edits', false],
])('%s', (_, streaming) => {
  const nasty = [
    'Call <!channel>, <!here|here> and <!everyone>, or @channel and @here.',
    'Ask <@U0123456789> or <@W01AB|bob> in <#C0123456|general>, <!subteam^S012AB|@team>, @everyone.',
    'In `<!channel> <@U0123456789> @here` and\n\n```\n<!channel>\n<@U0123456789> @everyone\n```\n',
    '| who | what |\n|---|---|\n| <@U0123456789> | `<!here>` |\n\nEnd @here',
  ].join('\n\n')

  test('D6: whatever would ping is shown as it was said, in code and outside, and pings nobody', async () => {
    const { simulator, messages } = await answered(nasty, { streaming })
    const shown = messages
      .map((message) => message.shown)
      .join('')
      .replaceAll(JOINER, '')
    // The rule below a table's header is drawn, not written.
    for (const word of nasty.replace('|---|---|', '').split(/[\s|`]+/)) expect(shown).toContain(word)
    // Nothing that was ever sent, in any argument of any call, could be read as a ping.
    const sent = simulator.calls
      .filter(({ method }) => method.startsWith('chat.'))
      .map(({ args }) => JSON.stringify(args))
    expect(sent.length).toBeGreaterThan(0)
    for (const call of sent) {
      expect(call).not.toMatch(/<!(?:channel|here|everyone|subteam)/)
      expect(call).not.toMatch(/<[@#][A-Z0-9]/)
      expect(call).not.toMatch(/@(?:here|channel|everyone)\b/)
    }
  })

  test.each([
    ['nothing but fences', '```\n'.repeat(40)],
    ['everything left open', '**bold _it [link](http://a.example `code\n> quote\n- item\n```js\nconst a = 1'],
    ['right to left', 'שלום **עולם** — مرحبا `كود` بالعالم\n'.repeat(10)],
  ])('D1: %s arrives', async (_name, text) => {
    const { messages } = await answered(text, { streaming })
    const shown = messages
      .map((message) => message.shown)
      .join('')
      .replaceAll(JOINER, '')
    expect(shown.trim()).toContain(text.trim())
    expect(messages.some((message) => message.streaming)).toBe(false)
  })

  test('D1: a megabyte in one line arrives whole', { timeout: 60_000 }, async () => {
    let text = ''
    for (let n = 0; text.length < 1_000_000; n += 1) text += `w${n} `
    const { messages } = await answered(text, { streaming, characters: 20_000, withinMs: 55_000 })
    expect(messages.length).toBeGreaterThan(100)
    const words = messages.flatMap(({ shown }) => shown.split(/\s+/)).filter((word) => word !== '')
    expect(words.join(' ') === text.trim()).toBe(true)
    expect(messages.every(({ shown }) => Buffer.byteLength(shown) <= 9_000)).toBe(true)
  })
})
