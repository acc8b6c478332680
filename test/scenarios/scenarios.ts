import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { LanguageModel } from '#core/model/model.ts'
import { draftingModel, longModel, rememberingModel, talkativeModel, tirelessModel } from './models.ts'
import { type Running, type RunningOptions, run } from './running.ts'
import type { Shown, World } from './world.ts'

const DRAIN_MS = 5_000
/** For a thread of many replies on a busy machine; a scenario that works needs far less. */
const PATIENCE_MS = 60_000

const finished = (count: number) => (shown: readonly Shown[]) =>
  shown.filter((each) => each.finished).length >= count
const texts = (shown: readonly Shown[]) => shown.map(({ text }) => text)
const last = (shown: readonly Shown[]): Shown => {
  const newest = shown.at(-1)
  if (newest === undefined) throw new Error('nothing is shown')
  return newest
}

/**
 * What every platform must do. Parity is this one suite, run on each (design, section 1).
 *
 * @param on `place`: a store of its own for each scenario, a file by default; `threads`: how many at once;
 * `ordered`: what is said in a burst arrives in the order it was said. Each request over HTTP goes its own way.
 */
export function scenarios(
  name: string,
  open: () => Promise<World>,
  on: { readonly place?: () => Promise<string>; readonly threads?: number; readonly ordered?: boolean } = {},
): void {
  const { place, threads: atOnce = 50, ordered = true } = on
  describe(name, () => {
    let world: World
    let parley: Running
    let folder: string
    let store: string

    beforeEach(async () => {
      folder = mkdtempSync(join(tmpdir(), 'parley-scenario-'))
      store = (await place?.()) ?? `sqlite:${join(folder, 'parley.sqlite')}`
      world = await open()
      parley = await run([world], { store })
    })
    afterEach(async () => {
      await parley.stop(DRAIN_MS)
      await world.close()
      rmSync(folder, { recursive: true })
    })
    const restart = async (
      model: LanguageModel = rememberingModel(),
      more: Pick<RunningOptions, 'meanwhile'> = {},
    ) => {
      await parley.stop(DRAIN_MS)
      parley = await run([world], { store, model, ...more })
    }

    test('a question is answered, and the follow-up remembers', async () => {
      const alice = world.person('alice')
      const thread = await alice.ask('what is a monad?')
      const [answer] = await thread.until(finished(1))
      expect(answer?.text).toContain('Answering alice: what is a monad?. Before that: nothing.')
      await thread.say(alice, 'and a functor?')
      const shown = await thread.until(finished(2))
      expect(last(shown).text).toContain(
        'Answering alice: and a functor?. Before that: alice: what is a monad?.',
      )
    })

    test('D4: the reply streams: its first words are visible before its last', async () => {
      const seen = Promise.withResolvers<void>()
      await restart(rememberingModel({ rest: seen.promise }))
      const thread = await world
        .person('alice')
        .ask('please write something long enough to be seen in pieces')
      const begun = await thread.until((shown) => shown.some(({ text }) => text.length > 0))
      const partial = last(begun).text
      seen.resolve()
      const whole = last(await thread.until(finished(1))).text
      expect(last(begun).finished).toBe(false)
      expect(partial.length).toBeLessThan(whole.length)
    })

    test('C4: a second person is known by name', async () => {
      const thread = await world.person('alice').ask('I am for it')
      await thread.until(finished(1))
      await thread.say(world.person('bob'), 'I am against it')
      const shown = await thread.until(finished(2))
      expect(last(shown).text).toContain('Answering bob: I am against it. Before that: alice: I am for it.')
    })

    test('T1: a question delivered three more times is answered once', async () => {
      const alice = world.person('alice')
      const thread = await alice.ask('only once, please')
      await thread.opening.redeliver(2)
      await thread.until(finished(1))
      await thread.opening.redeliver(1)
      await thread.say(alice, 'next')
      const shown = await thread.until(finished(2))
      expect(texts(shown).filter((text) => text.includes('Answering alice: only once, please'))).toHaveLength(
        1,
      )
      expect(shown).toHaveLength(2)
    })

    test('a restart between question and follow-up loses nothing', async () => {
      const alice = world.person('alice')
      const thread = await alice.ask('remember the number 7')
      await thread.until(finished(1))
      await restart()
      await thread.say(alice, 'which number?')
      const shown = await thread.until(finished(2))
      expect(last(shown).text).toContain('Before that: alice: remember the number 7.')
    })

    test('F1, F3: reactions given and taken back are on record, also after a restart', async () => {
      const alice = world.person('alice')
      const thread = await alice.ask('was this any good?')
      const [answer] = await thread.until(finished(1))
      if (answer === undefined) throw new Error('nothing is shown')
      await thread.react(alice, answer, '👍')
      await until(
        () => parley.events(),
        (events) => events.length === 1,
      )
      await restart()
      await thread.react(world.person('bob'), answer, '👎')
      await thread.unreact(alice, answer, '👍')
      const events = await until(
        () => parley.events(),
        (all) => all.length === 3,
      )
      const byAlice = events.filter((event) => 'rater' in event && event.rater === parley.pseudonym(alice))
      expect(byAlice.map(({ kind }) => kind)).toEqual(['reaction_added', 'reaction_removed'])
      expect(new Set(events.map(({ reply }) => reply)).size).toBe(1)
      expect(events[0]).toMatchObject({ platform: world.name, at: expect.any(Number) })
    })

    test('F3: a reaction on any message of a long reply, after a restart, is about that reply', async () => {
      // More than two messages hold on Slack and Discord; the web shows it as one.
      await restart(longModel(world.name === 'discord' ? 70 : 220))
      const alice = world.person('alice')
      const thread = await alice.ask('tell me everything')
      const isWhole = (shown: readonly Shown[]) =>
        shown.every((each) => each.finished) && texts(shown).join('').includes('The end.')
      const shown = await thread.until(isWhole)
      await restart()
      for (const message of shown) await thread.react(alice, message, '🎉')
      const events = await until(
        () => parley.events(),
        (all) => all.length === shown.length,
      )
      expect(new Set(events.map(({ reply }) => reply)).size).toBe(1)
      expect(new Set(events.map((event) => 'message' in event && event.message)).size).toBe(shown.length)
      expect(shown.length).toBeGreaterThan(world.name === 'web' ? 0 : 1)
    })

    test('T5: stop ends the model call, keeps the text so far and says so', async () => {
      const model = tirelessModel()
      await restart(model)
      const alice = world.person('alice')
      const thread = await alice.ask('tell me everything')
      const begun = last(await thread.until((shown) => shown.some(({ text }) => text.includes('word3'))))
      await thread.press(alice, begun, 'stop')
      const shown = await thread.until(finished(1))
      expect(shown).toHaveLength(1)
      expect(last(shown).text).toMatch(/^word1 word2 word3( word\d+)*/)
      expect(last(shown).text).toContain('Stopped.')
      await until(
        async () => model.streams,
        (streams) => streams === 0,
      )
    })

    test('T2: with interrupt, a newer question stops the answer before it, and is answered next', async () => {
      const model = talkativeModel()
      await restart(model, { meanwhile: 'interrupt' })
      const alice = world.person('alice')
      const thread = await alice.ask('tell me everything')
      await thread.until((shown) => shown.some(({ text }) => text.includes('word3')))
      await thread.say(alice, 'or only the end')
      const shown = await thread.until(finished(2))
      expect(texts(shown)).toEqual([
        expect.stringMatching(/^word1 word2 word3[\s\S]*Stopped\./),
        expect.stringContaining('Answering alice: or only the end. Before that: alice: tell me everything.'),
      ])
      expect(model.streams).toBe(0)
    })

    test('T5: another answer takes the place of the first, once, also after a restart', async () => {
      const model = draftingModel()
      await restart(model)
      const alice = world.person('alice')
      const thread = await alice.ask('a name for the bot, please')
      const first = last(await thread.until(finished(1)))
      expect(first.text).toContain('Draft 1')
      await restart(model)
      await thread.press(alice, first, 'regenerate')
      const shown = await thread.until((all) => finished(1)(all) && last(all).text.includes('Draft 2'))
      expect(shown.map(({ id }) => id)).toEqual([first.id])
      expect(last(shown).text).not.toContain('Draft 1')
      await thread.say(alice, 'thank you')
      const after = await thread.until(finished(2))
      expect(texts(after).map((text) => /Draft \d/.exec(text)?.[0])).toEqual(['Draft 2', 'Draft 3'])
      expect(model.drafts).toBe(3)
    })

    test('T5: only the newest answer is done again', async () => {
      const model = draftingModel()
      await restart(model)
      const alice = world.person('alice')
      const thread = await alice.ask('first')
      const old = last(await thread.until(finished(1)))
      await thread.say(alice, 'second')
      await thread.until(finished(2))
      await thread.press(alice, old, 'regenerate')
      await thread.say(alice, 'third')
      const shown = await thread.until(finished(3))
      expect(texts(shown).map((text) => /Draft \d/.exec(text)?.[0])).toEqual([
        'Draft 1',
        'Draft 2',
        'Draft 3',
      ])
    })

    test('T6: the newest question is answered again when its text changes', async () => {
      const alice = world.person('alice')
      const thread = await alice.ask('what is a monad?')
      const first = last(await thread.until(finished(1)))
      await thread.edit(alice, thread.opening, 'what is a functor?')
      const shown = await thread.until(
        (all) => finished(1)(all) && last(all).text.includes('Answering alice: what is a functor?'),
      )
      expect(shown.map(({ id }) => id)).toEqual([first.id])
      await thread.say(alice, 'and before?')
      const after = await thread.until(finished(2))
      expect(last(after).text).toContain('Before that: alice: what is a functor?.')
    })

    test('T6: a deleted question is no longer remembered, also after a restart', async () => {
      const alice = world.person('alice')
      const thread = await alice.ask('remember the number 7')
      await thread.until(finished(1))
      const secret = await thread.say(alice, 'and the number 13')
      await thread.until(finished(2))
      await thread.remove(alice, secret)
      await thread.say(alice, 'which numbers?')
      const shown = await thread.until(finished(3))
      expect(last(shown).text).toContain('Before that: alice: remember the number 7.')
      await restart()
      await thread.say(alice, 'and now?')
      const after = last(await thread.until(finished(4)))
      expect(after.text).toContain('alice: remember the number 7; alice: which numbers?')
      expect(after.text).not.toContain('13')
    })

    test('F1: good and bad are on record for each person, also after a change of mind and a restart', async () => {
      const alice = world.person('alice')
      const bob = world.person('bob')
      const thread = await alice.ask('was this any good?')
      const answer = last(await thread.until(finished(1)))
      const recorded = (count: number) =>
        until(
          () => parley.events(),
          (events) => events.length === count,
        )
      await thread.press(alice, answer, 'good')
      await recorded(1)
      await restart()
      await thread.press(bob, answer, 'bad')
      await recorded(2)
      await thread.press(alice, answer, 'bad')
      const events = await recorded(3)
      expect(events).toMatchObject([
        { kind: 'vote', rater: parley.pseudonym(alice), value: 'good', requester: true },
        { kind: 'vote', rater: parley.pseudonym(bob), value: 'bad', requester: false },
        { kind: 'vote', rater: parley.pseudonym(alice), value: 'bad', requester: true },
      ])
      expect(events[0]).toMatchObject({ version: expect.any(String), model: 'remembering-1' })
      expect(JSON.stringify(events)).not.toContain(alice.id)
      expect(new Set(events.map(({ reply }) => reply)).size).toBe(1)
    })

    test(
      `T2: ${atOnce} threads at once, four questions each, one after another: all replies in order`,
      async () => {
        const alice = world.person('alice')
        const ids = Array.from({ length: atOnce }, (_, n) => `thread ${n}`)
        await Promise.all(
          ids.map(async (id) => {
            const thread = await alice.ask(`${id} question 1`)
            for (let n = 2; n <= 4; n += 1) {
              await thread.until(finished(n - 1), PATIENCE_MS)
              await thread.say(alice, `${id} question ${n}`)
            }
            const shown = await thread.until(finished(4), PATIENCE_MS)
            expect(texts(shown).map((text) => /Answering (.*?)\. Before/.exec(text)?.[1])).toEqual(
              [1, 2, 3, 4].map((n) => `alice: ${id} question ${n}`),
            )
          }),
        )
      },
      PATIENCE_MS,
    )

    test(
      'T2: the same in one burst a thread: every question is covered once, none twice, none never',
      async () => {
        const alice = world.person('alice')
        const threads = await Promise.all(
          Array.from({ length: atOnce }, async (_, n) => {
            const thread = await alice.ask(`t${n} q1`)
            for (const q of [2, 3, 4]) await thread.say(alice, `t${n} q${q}`)
            return { n, thread }
          }),
        )
        for (const { n, thread } of threads) {
          const shown = await thread.until(
            (all) => covered(all).length >= 4 && all.every((one) => one.finished),
            PATIENCE_MS,
          )
          const answered = covered(shown)
          expect(ordered ? answered : answered.toSorted()).toEqual([1, 2, 3, 4].map((q) => `t${n} q${q}`))
        }
      },
      PATIENCE_MS,
    )
  })
}

/** The questions that the replies of a thread say they answer, in order. */
const covered = (shown: readonly Shown[]): readonly string[] =>
  texts(shown).flatMap((text) => {
    const answered = /Answering (.*?)\. Before/.exec(text)?.[1] ?? ''
    return answered.split(' and ').flatMap((each) => /alice: (t\d+ q\d)/.exec(each)?.[1] ?? [])
  })

/** Reads until what was read is as it should be; rejects with what it was instead. */
export async function until<T>(
  read: () => Promise<T>,
  done: (value: T) => boolean,
  withinMs = 15_000,
): Promise<T> {
  const deadline = AbortSignal.timeout(withinMs)
  for (;;) {
    const value = await read()
    if (done(value)) return value
    if (deadline.aborted) throw new Error(`not in ${withinMs} ms; the last was ${JSON.stringify(value)}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
