import { afterEach, expect, test, vi } from 'vitest'
import { ModelError } from '#core/model/error.ts'
import type { LanguageModel } from '#core/model/model.ts'
import { type Running, run } from './running.ts'
import type { Shown, World } from './world.ts'
import { discordWorld } from './worlds/discord.ts'
import { slackWorld } from './worlds/slack.ts'
import { webWorld } from './worlds/web.ts'

let running: Running | undefined
let world: World | undefined
afterEach(async () => {
  await running?.stop(5_000)
  await world?.close()
})

/** Answers once, then fails in the middle of a word, then answers again. */
function failingSecond(): LanguageModel {
  let count = 0
  return {
    label: 'failing second',
    async *stream() {
      count += 1
      yield { type: 'text', delta: `Draft ${count} begins` }
      if (count === 2) throw new ModelError('server', 'on purpose')
      yield { type: 'text', delta: ' and ends.' }
      yield { type: 'done', finish: 'stop', model: 'm' }
    },
  }
}

const whole = (text: string) => (all: readonly Shown[]) =>
  all.length === 1 && all.every((shown) => shown.finished && shown.text.includes(text))

test.each([
  ['slack', slackWorld],
  ['discord', discordWorld],
  ['web', webWorld],
] as const)(
  'T4, T5 on %s: an answer outlives a regenerate that fails, and can be regenerated again',
  async (_, open) => {
    world = await open()
    running = await run([world], { model: failingSecond() })
    const alice = world.person('alice')
    const thread = await alice.ask('what is a monad?')
    const [first] = await thread.until(whole('Draft 1 begins and ends.'))
    if (first === undefined) throw new Error('nothing was answered')
    await thread.press(alice, first, 'regenerate')
    const [kept] = await thread.until(whole('No new answer came'))
    expect(kept?.text).toContain('Draft 1 begins and ends.')
    expect(kept?.text).toContain('The model had a fault of its own.')
    expect(kept?.text).not.toContain('Draft 2')
    // The buttons come with the write after the words.
    await vi.waitFor(() => thread.press(alice, first, 'regenerate'), { timeout: 4_000 })
    await thread.until(whole('Draft 3 begins and ends.'))
  },
)
