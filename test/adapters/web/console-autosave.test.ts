/** What one types at the console is never lost: the page's saving against the real desk, on any network. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RequestError } from '#adapters/web/page/client.ts'
import { Autosave, type Autosaved, type Body } from '#adapters/web/page/console-autosave.ts'
import type { KeptScript } from '#adapters/web/page/console-kept.ts'
import { deliverLeftovers, type Ends, openDialogue } from '#adapters/web/page/console-open.ts'
import type { PlainScript } from '#adapters/web/page/console-script.ts'
import type { DialogueSaved, DialogueView } from '#adapters/web/protocol.ts'
import { recordingConsole } from '#test/recording-console.ts'
import { settle } from '#test/virtual-clock.ts'

const ana = { platform: 'web', id: 'ana' }

/** What becomes of a request. */
type Fate = 'works' | 'is lost' | 'loses its answer'

/** A browser: its storage, its network, and the pages that are open in it. */
function browser() {
  const { console: desk, dialogues } = recordingConsole()
  const storage = new Map<string, KeptScript>()
  const nameOf = ({ dialogue, tab }: Pick<KeptScript, 'dialogue' | 'tab'>) => `${dialogue}.${tab}`
  let fate: Fate = 'works'
  let now = 1_000

  const over = async <T>(work: () => Promise<T>): Promise<T> => {
    const mine = fate
    if (mine === 'is lost') throw new RequestError(0, 'away')
    const answer = await work()
    if (mine === 'loses its answer') throw new RequestError(0, 'away')
    return answer
  }
  const save = (dialogue: string, body: Body): Promise<DialogueSaved> =>
    over(async () => {
      now += 1
      const { ok, ...saved } = await desk.save({ ...body, dialogue, by: ana, at: now })
      if (!('dialogue' in saved)) throw new RequestError(409, saved.say)
      return saved
    })
  const ends: Ends = {
    read: (dialogue) =>
      over(async () => {
        const found = await desk.open(dialogue, ana)
        if ('say' in found) throw new RequestError(404, found.say)
        return found
      }),
    save,
    kept: () => [...storage.values()],
    forget: (kept) => storage.delete(nameOf(kept)),
  }

  class Page {
    readonly autosave: Autosave
    readonly seen: Autosaved[] = []
    script: PlainScript
    /** What is to be done when time has passed. */
    #due: (() => void) | undefined

    constructor(dialogue: DialogueView, newer: KeptScript | undefined) {
      this.script = newer?.script ?? { system: dialogue.system, turns: dialogue.turns }
      this.autosave = new Autosave(
        { dialogue: dialogue.id, revision: dialogue.revision, isVersion: false },
        {
          save,
          keep: (kept) => storage.set(nameOf(kept), kept),
          forget: (kept) => storage.delete(nameOf(kept)),
          later: (_ms, work) => {
            this.#due = work
            return () => {
              this.#due = undefined
            }
          },
          show: (state) => this.seen.push(state),
        },
      )
      if (newer === undefined) return
      this.autosave.change(newer.script)
      storage.delete(nameOf(newer))
    }

    type(text: string): void {
      this.script = { ...this.script, turns: [...this.script.turns, { side: 'user', text }] }
      this.autosave.change(this.script)
    }

    async rest(): Promise<void> {
      const due = this.#due
      this.#due = undefined
      due?.()
      await settle()
    }
  }

  return {
    ...{ desk, dialogues, storage, ends, save },
    get fate(): Fate {
      return fate
    },
    set fate(next: Fate) {
      fate = next
    },
    begin: async () => (await desk.begin({ id: 'first', by: ana, at: 1 })).id,
    open: async (id: string) => {
      const { dialogue, newer } = await openDialogue(id, ends)
      return new Page(dialogue, newer)
    },
    texts: async () => {
      const all = await dialogues.all()
      return new Set(all.flatMap(({ messages }) => messages.map(({ content }) => content)))
    },
  }
}

test('typing rests for a moment and is saved once; it is in this browser until then', async () => {
  const space = browser()
  const page = await space.open(await space.begin())
  page.type('one')
  page.type('two')
  expect([...space.storage.values()]).toMatchObject([{ base: 0, nth: 1, script: page.script }])
  await page.rest()
  expect(page.autosave.state).toMatchObject({ is: 'saved', revision: 1 })
  expect(page.seen.map(({ is }) => is)).toEqual(['typed', 'typed', 'saving', 'saved'])
  expect(space.storage.size).toBe(0)
})

test('a server that is away is asked until it answers', async () => {
  const space = browser()
  const page = await space.open(await space.begin())
  space.fate = 'is lost'
  page.type('one')
  await page.rest()
  await page.rest()
  expect(page.autosave.state).toMatchObject({ is: 'away', revision: 0 })
  page.type('two')
  expect(page.autosave.state.is).toBe('away')
  space.fate = 'works'
  await page.rest()
  expect(page.autosave.state).toMatchObject({ is: 'saved', revision: 1 })
  expect(await space.texts()).toEqual(new Set(['one', 'two']))
})

test('what the server refuses is told, stays in this browser, and is saved once it is shorter', async () => {
  const space = browser()
  const page = await space.open(await space.begin())
  page.type('x'.repeat(30_001))
  await page.rest()
  expect(page.autosave.state).toMatchObject({ is: 'refused', problem: expect.stringContaining('30,001') })
  expect(space.storage.size).toBe(1)
  page.autosave.change({ system: '', turns: [{ side: 'user', text: 'short' }] })
  await page.rest()
  expect(page.autosave.state).toMatchObject({ is: 'saved', problem: '' })
})

test('a page whose text went aside goes on there, and says so', async () => {
  const space = browser()
  const id = await space.begin()
  const [first, second] = [await space.open(id), await space.open(id)]
  first.type('by the first')
  second.type('by the second')
  await first.rest()
  await second.rest()
  expect(first.autosave.state).toMatchObject({ dialogue: id, notice: '' })
  const { dialogue, notice } = second.autosave.state
  expect([dialogue === id, notice.includes('Both texts are kept')]).toEqual([false, true])
  second.type('more')
  await second.rest()
  expect(second.autosave.state).toMatchObject({ is: 'saved', dialogue, revision: 2, notice })
})

test('a page that is thought to be gone, and is not, keeps what it types after that', async () => {
  const space = browser()
  const id = await space.begin()
  const living = await space.open(id)
  living.type('one')
  const [kept] = [...space.storage.values()]
  if (kept === undefined) throw new Error('nothing kept')
  living.type('two')
  // Another window delivers what it found, in the living page's name.
  const { dialogue, script, ...rest } = kept
  await space.save(dialogue, { ...script, ...rest })
  await living.rest()
  await living.rest()
  expect(await space.texts()).toEqual(new Set(['one', 'two']))
  expect(living.autosave.state).toMatchObject({ is: 'saved', notice: expect.stringContaining('Both') })
})

test('deleted is deleted: nothing of it comes back', async () => {
  const space = browser()
  const page = await space.open(await space.begin())
  page.type('one')
  page.autosave.drop()
  await page.rest()
  expect(space.storage.size).toBe(0)
  expect(await space.texts()).toEqual(new Set())
})

test('whatever is lost on the way, and whichever page dies, everything that was typed is on the server in the end', async () => {
  const step = fc.record({
    window: fc.nat(1),
    act: fc.constantFrom('types', 'types', 'types', 'rests', 'rests', 'dies', 'is opened again'),
    fate: fc.constantFrom<Fate>('works', 'works', 'is lost', 'loses its answer'),
  })
  let recovered = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 24 }), async (steps) => {
      const space = browser()
      const id = await space.begin()
      const pages = [await space.open(id), await space.open(id)]
      const typed: string[] = []
      for (const [nth, { window, act, fate }] of steps.entries()) {
        const page = pages[window]
        if (page === undefined) throw new Error('no such window')
        space.fate = fate
        switch (act) {
          case 'types':
            typed.push(`text ${nth}`)
            page.type(`text ${nth}`)
            break
          case 'rests':
            await page.rest()
            break
          case 'is opened again':
            page.autosave.end()
            await settle()
            pages[window] = await space.open(page.autosave.state.dialogue).catch(() => page)
            break
          case 'dies':
            // No goodbye: its timers and answers go with it.
            space.fate = 'works'
            pages[window] = await space.open(page.autosave.state.dialogue)
            break
        }
      }
      space.fate = 'works'
      for (const page of pages) {
        page.autosave.end()
        await settle()
      }
      recovered += await deliverLeftovers(space.ends, Number.MAX_SAFE_INTEGER)
      const texts = await space.texts()
      expect(typed.filter((text) => !texts.has(text))).toEqual([])
      expect(space.storage.size).toBe(0)
    }),
    { numRuns: 300 },
  )
  expect(recovered).toBeGreaterThan(0)
})
