/**
 * Two replicas on one database, as `parley start` wires them, on a simulated Slack: what people press or delete comes
 * over HTTP to either of them, and reaches the one that writes (rules T2, T5, T6).
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { untilListening } from '#test/postgres/listeners.ts'
import { freshDatabase, withoutPostgres } from '#test/postgres/shared.ts'
import { talkativeModel } from './models.ts'
import { type Running, type RunningOptions, run } from './running.ts'
import { until } from './scenarios.ts'
import type { Conversation, Shown, World } from './world.ts'
import { slackWorld } from './worlds/slack.ts'

const DRAIN_MS = 5_000

interface Replica {
  readonly parley: Running
  readonly model: ReturnType<typeof talkativeModel>
}

const finished = (count: number) => (shown: readonly Shown[]) =>
  shown.filter((each) => each.finished).length >= count

describe.skipIf(withoutPostgres)('two replicas', () => {
  let world: World
  let replicas: readonly Replica[]

  beforeEach(async () => {
    world = await slackWorld()
    replicas = []
  })
  afterEach(async () => {
    await Promise.all(replicas.map(({ parley }) => parley.stop(DRAIN_MS)))
    await world.close()
  })

  /** Somebody asks for everything, and from then on Slack delivers to the replica that does not write the answer. */
  const begun = async (meanwhile: RunningOptions['meanwhile'] = 'queue') => {
    const store = await freshDatabase()
    const open = async (): Promise<Replica> => {
      const model = talkativeModel()
      return { model, parley: await run([world], { store, model, meanwhile }) }
    }
    replicas = [await open(), await open()]
    await untilListening(store, replicas.length)
    const alice = world.person('alice')
    const thread = await alice.ask('tell me everything')
    const shown = await thread.until((all) => all.some(({ text }) => text.includes('word3')))
    const [message] = shown
    const writer = replicas.find(({ model }) => model.streams > 0)
    const other = replicas.find((each) => each !== writer)
    if (message === undefined || writer === undefined || other === undefined) throw new Error('nobody writes')
    world.listening(other.parley.url)
    return { alice, thread, message, writer }
  }
  const silent = ({ model }: Replica) =>
    until(
      async () => model.streams,
      (streams) => streams === 0,
    )
  const stopped = async (thread: Conversation) => {
    const [first] = await thread.until(finished(1))
    expect(first?.text).toMatch(/^word1 word2 word3[\s\S]*Stopped\./)
  }

  test('T5: Stop reaches the one that writes', async () => {
    const { alice, thread, message, writer } = await begun()
    await thread.press(alice, message, 'stop')
    await silent(writer)
    await stopped(thread)
    expect(await thread.shown()).toHaveLength(1)
  })

  test('T6: so does the deletion of the question', async () => {
    const { alice, thread, writer } = await begun()
    await thread.remove(alice, thread.opening)
    await silent(writer)
    await stopped(thread)
  })

  test('T6: an edit of the question too: the new words are answered', async () => {
    const { alice, thread, writer } = await begun()
    await thread.edit(alice, thread.opening, 'tell me the end')
    await silent(writer)
    await thread.until(([first]) => first?.finished === true && first.text.includes('alice: tell me the end'))
  })

  test('T2: and, with interrupt, a newer question, which is answered next', async () => {
    const { alice, thread, writer } = await begun('interrupt')
    await thread.say(alice, 'or only the end')
    await silent(writer)
    await stopped(thread)
    const shown = await thread.until(finished(2))
    expect(shown[1]?.text).toContain(
      'Answering alice: or only the end. Before that: alice: tell me everything.',
    )
  })
})
