/**
 * What people think of a reply, from end to end: why it was bad, a better one, answers compared, and what is kept of
 * whoever said so. One suite for every platform (rules F1, F4, F6, S2, S3).
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ReasonTag } from '#core/feedback/desk.ts'
import { draftingModel } from './models.ts'
import { type Running, run } from './running.ts'
import type { Person, Shown, World } from './world.ts'

/** A platform with forms, and people who fill them in as they do there. */
export interface JudgingWorld extends World {
  /** What one person does with one reply that is shown. */
  judge(person: Person, reply: Shown): Judge
}

export interface Judge {
  /** Presses bad and fills in the form that follows. Resolves with what the person is told. */
  sayWhy(tags: readonly ReasonTag[], text: string): Promise<string>
  /** Opens the form with the reply in it, and sends it with other words. Resolves with what the person is told. */
  writeBetter(change: (reply: string) => string): Promise<string>
  /** Asks for answers to compare. Resolves when they are there. */
  compare(): Promise<OpenBallot>
  privacy(): Promise<OpenPrivacy>
}

export interface OpenBallot {
  readonly slots: readonly string[]
  /** Everything the person reads: the question and the answers. */
  readonly text: string
  /** Resolves with what the person is told. */
  rank(places: Readonly<Record<string, number>>, reason: string): Promise<string>
}

export interface OpenPrivacy {
  readonly text: string
  /** Resolves with what the person reads then. */
  allowTraining(): Promise<string>
  /** The lines of the file. */
  copy(): Promise<readonly string[]>
  /** Confirms, too. Resolves with what the person reads then. */
  erase(): Promise<string>
}

const DRAIN_MS = 5_000
const NOTED = /is noted\./

export function judging(name: string, open: () => Promise<JudgingWorld>): void {
  describe(`judging on ${name}`, () => {
    let world: JudgingWorld
    let parley: Running
    let folder: string

    const start = async () => {
      const store = `sqlite:${join(folder, 'parley.sqlite')}`
      parley = await run([world], { store, model: draftingModel() })
    }
    beforeEach(async () => {
      folder = mkdtempSync(join(tmpdir(), 'parley-judging-'))
      world = await open()
      await start()
    })
    afterEach(async () => {
      await parley.stop(DRAIN_MS)
      await world.close()
      rmSync(folder, { recursive: true })
    })

    /** Alice has an answer. */
    async function answered(): Promise<{ readonly alice: Person; readonly reply: Shown }> {
      const alice = world.person('alice')
      const thread = await alice.ask('what is a monad?')
      const [reply] = await thread.until(
        (shown) => shown.length === 1 && shown.every(({ finished }) => finished),
      )
      if (reply === undefined) throw new Error('nothing was answered')
      return { alice, reply }
    }
    const kinds = async () => (await parley.events()).map(({ kind }) => kind)
    const kept = async ({ id }: Person) => {
      const view = await parley.privacy.view({ platform: world.name, id })
      return Object.fromEntries(view.kept.map(({ what, count }) => [what, count]))
    }

    test('F1: a bad vote counts at once, and the reason follows; also after a restart', async () => {
      const { alice, reply } = await answered()
      await parley.stop(DRAIN_MS)
      await start()
      expect(await world.judge(alice, reply).sayWhy(['wrong', 'too_long'], 'Not so.')).toMatch(NOTED)
      expect(await parley.events()).toMatchObject([
        { kind: 'vote', value: 'bad', rater: parley.pseudonym(alice), requester: true },
        { kind: 'reason', tags: ['wrong', 'too_long'], text: 'Not so.', rater: parley.pseudonym(alice) },
      ])
    })

    test('F4: a better reply is a demonstration; saying the same is not, and is given back', async () => {
      const { alice, reply } = await answered()
      const judge = world.judge(alice, reply)
      expect(await judge.writeBetter((text) => text)).toContain('Please change it first.')
      expect(await kinds()).toEqual([])
      expect(await judge.writeBetter((text) => text.replace('Draft', 'Better draft'))).toMatch(NOTED)
      expect(await kinds()).toEqual(['correction'])
      const lines = await Array.fromAsync(parley.privacy.export({ platform: world.name, id: alice.id }))
      expect(lines.join('')).toContain('Better draft 1 for Answering alice: what is a monad?')
    })

    test('F6: two people rank the answers blind, each in an order of their own', async () => {
      const { alice, reply } = await answered()
      const bob = world.person('bob')
      for (const person of [alice, bob]) {
        const ballot = await world.judge(person, reply).compare()
        expect(ballot.slots).toEqual(['A', 'B', 'C', 'D'])
        expect(ballot.text).toContain('what is a monad?')
        for (const draft of [1, 2, 3, 4]) expect(ballot.text).toContain(`Draft ${draft} for Answering`)
        expect(ballot.text).not.toContain('remembering-1')
        expect(await ballot.rank({ A: 2, B: 1, C: 2, D: 3 }, 'B is shorter.')).toMatch(NOTED)
      }
      const lines = await Array.fromAsync(parley.privacy.export({ platform: world.name, id: bob.id }))
      expect(lines.filter((line) => line.includes('B is shorter.'))).toHaveLength(1)
    })

    test('S2, S3: a person sees what is kept, allows training, gets a copy and has it erased', async () => {
      const { alice, reply } = await answered()
      const judge = world.judge(alice, reply)
      await judge.writeBetter(() => 'A monad is a monoid.')
      const privacy = await judge.privacy()
      expect(privacy.text).toContain('It is not used for training')
      expect(await privacy.allowTraining()).toContain('may now help to train a model')
      const lines = await privacy.copy()
      expect(lines.map((line): unknown => JSON.parse(line)).length).toBeGreaterThan(2)
      expect(lines.join('')).toContain('A monad is a monoid.')
      expect(await privacy.erase()).toContain('Everything that was kept of you is erased.')
      expect(Object.values(await kept(alice)).filter((count) => count > 0)).toEqual([])
      expect(await kinds()).toEqual([])
    })
  })
}
