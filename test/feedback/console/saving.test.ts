import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CONSOLE_SAYINGS } from '#core/feedback/console/sayings.ts'
import { type ConsoleDesk, LONGEST_TURN, MOST_TURNS, type Saved } from '#core/feedback/console-desk.ts'
import { recordingConsole } from '#test/recording-console.ts'
import { ana, asked, ben, press, submittedBy, Tab, written } from './writers.ts'

/** Everything that stands in any of a person's dialogues. */
async function standing(desk: ConsoleDesk, person = ana): Promise<readonly string[]> {
  const texts: string[] = []
  for (const { id } of await desk.own(person)) {
    const found = await desk.open(id, person)
    if ('turns' in found) texts.push(...found.turns.map(({ text }) => text))
  }
  return texts.toSorted()
}

describe('what is typed is kept', () => {
  test('two windows of one dialogue: nobody writes over the other, and the later one is told', async () => {
    const { console } = recordingConsole()
    const first = await written(console, ana, [asked('as it was')])
    const second = new Tab(console, ana, 'second', first.dialogue, first.base)
    expect(first.hear(await first.save([asked('by the first')])())).toMatchObject({ ok: true, revision: 2 })
    const aside = second.hear(await second.save([asked('by the second')])())
    expect(aside).toMatchObject({ ok: true, say: CONSOLE_SAYINGS.copied })
    expect(second.dialogue).not.toBe(first.dialogue)
    expect(await standing(console)).toEqual(['by the first', 'by the second'])
    expect(second.hear(await second.save([asked('goes on')])())).toEqual({
      ...{ ok: true, revision: 2, dialogue: second.dialogue },
    })
    expect(await standing(console)).toEqual(['by the first', 'goes on'])
  })

  test('F1: a save that is delivered again, late, or whose answer was lost, changes nothing it should not', async () => {
    const { console } = recordingConsole()
    const tab = await written(console, ana, [asked('one')])
    const two = tab.save([asked('two')])
    await two()
    // The answer was lost, so the page still names the first revision.
    const three = tab.save([asked('three')])
    expect(await three()).toMatchObject({ ok: true, revision: 3, dialogue: tab.dialogue })
    expect(await two()).toMatchObject({ ok: true, revision: 3, dialogue: tab.dialogue })
    expect(await three()).toMatchObject({ ok: true, revision: 3 })
    expect(await standing(console)).toEqual(['three'])
  })

  /** Everybody adds to what they have before them, so a text that stands nowhere was lost. */
  test('any interleaving of the saves of any windows loses no text', async () => {
    const step = fc.record({
      window: fc.nat(2),
      /** Whether the answer reaches the page. */
      heard: fc.boolean(),
      /** Whether the same request is delivered once more. */
      again: fc.constantFrom('never', 'at once', 'at the end'),
      /** The page is loaded anew before, and shows what stands there. */
      reload: fc.boolean(),
    })
    let aside = 0
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 14 }), async (steps) => {
        const { console } = recordingConsole()
        const { id } = await console.begin({ ...press(), by: ana })
        const open = (window: number, load: number, dialogue = id, base = 0) =>
          new Tab(console, ana, `window-${window}-${load}`, dialogue, base)
        const pages = [0, 1, 2].map((window) => ({ tab: open(window, 0), turns: [asked('begun')] }))
        const late: (() => Promise<Saved>)[] = []
        const typed: string[] = []
        for (const [nth, { window, heard, again, reload }] of steps.entries()) {
          const page = pages[window]
          if (page === undefined) throw new Error('no such window')
          if (reload) {
            const shown = await console.open(page.tab.dialogue, ana)
            if (!('turns' in shown)) throw new Error(shown.say)
            page.turns = [...shown.turns]
            page.tab = open(window, nth, shown.id, shown.revision)
          }
          typed.push(`text ${nth}`)
          page.turns = [...page.turns, asked(`text ${nth}`)]
          const request = page.tab.save(page.turns)
          const saved = await request()
          expect(saved.ok).toBe(true)
          if (saved.ok && saved.say !== undefined) aside += 1
          if (heard) page.tab.hear(saved)
          if (again === 'at once') expect(await request()).toMatchObject({ ok: true })
          if (again === 'at the end') late.push(request)
        }
        for (const request of late) await request()
        const texts = await standing(console)
        expect(typed.filter((text) => !texts.includes(text))).toEqual([])
      }),
      { numRuns: 200 },
    )
    // Both ways were gone: in place, and aside.
    expect(aside).toBeGreaterThan(0)
  })

  test('what is typed after the dialogue was deleted, submitted or reviewed elsewhere is kept aside', async () => {
    const { console } = recordingConsole()
    const gone = await written(console, ana, [asked('first')])
    await console.remove({ dialogue: gone.dialogue, revision: gone.base, by: ana, at: press().at })
    expect(gone.hear(await gone.save([asked('still typing')])())).toMatchObject({
      say: CONSOLE_SAYINGS.copiedGone,
    })
    const { dialogue, revision } = await submittedBy(console, ana)
    const other = new Tab(console, ana, 'other', dialogue, revision)
    expect(other.hear(await other.save([asked('one more')])())).toMatchObject({
      say: CONSOLE_SAYINGS.copiedDone,
    })
    expect(await standing(console)).toEqual([
      ...['A monoid in disguise.', 'What is a monad?', 'one more', 'still typing'],
    ])
    expect(await console.open(dialogue, ana)).toMatchObject({ status: 'submitted', revision })
  })

  test('what is too much is said, and what was kept before stays', async () => {
    const { console } = recordingConsole()
    const tab = await written(console, ana, [asked('short')])
    const long = tab.save([asked('x'.repeat(LONGEST_TURN + 1))])
    expect(await long()).toEqual({
      ok: false,
      say: 'One of the turns has 30,001 characters; 30,000 are possible. Please shorten it.',
    })
    const many = Array.from({ length: MOST_TURNS + 1 }, () => asked('x'))
    expect(await tab.save(many)()).toEqual({ ok: false, say: CONSOLE_SAYINGS.many })
    expect(await tab.save(Array.from({ length: 11 }, () => asked('x'.repeat(LONGEST_TURN))))()).toMatchObject(
      {
        ok: false,
        say: expect.stringContaining('330,000 characters'),
      },
    )
    expect(await standing(console)).toEqual(['short'])
  })

  test('S3: nobody reads, changes or deletes what somebody else drafts', async () => {
    const { console } = recordingConsole()
    const { dialogue, base } = await written(console, ana, [asked('mine')])
    const stranger = new Tab(console, ben, 'stranger', dialogue, base)
    expect(await console.open(dialogue, ben)).toEqual({ say: CONSOLE_SAYINGS.notWaiting })
    expect(stranger.hear(await stranger.save([asked('not mine')])())).toMatchObject({ ok: true })
    expect(stranger.dialogue).not.toBe(dialogue)
    await console.remove({ dialogue, revision: base, by: ben, at: press().at })
    expect(await console.submit({ dialogue, revision: base, by: ben, at: press().at })).toEqual({
      ...{ ok: false, say: CONSOLE_SAYINGS.gone },
    })
    expect(await standing(console)).toEqual(['mine'])
    expect((await console.own(ben)).map(({ title }) => title)).toEqual(['not mine'])
  })

  test('F1: a beginning that is delivered again is one dialogue', async () => {
    const { console } = recordingConsole()
    const request = { ...press(), by: ana }
    const [first, again] = [await console.begin(request), await console.begin(request)]
    expect(again.id).toBe(first.id)
    expect(await console.own(ana)).toHaveLength(1)
  })

  test('a dialogue that was changed since one looked is not deleted', async () => {
    const { console } = recordingConsole()
    const tab = await written(console, ana, [asked('one')])
    const { base } = tab
    tab.hear(await tab.save([asked('two')])())
    const step = { dialogue: tab.dialogue, by: ana, at: press().at }
    expect(await console.remove({ ...step, revision: base })).toEqual({
      ...{ ok: false, say: CONSOLE_SAYINGS.changed },
    })
    expect(await console.remove({ ...step, revision: tab.base })).toEqual({ ok: true })
    expect(await console.remove({ ...step, revision: tab.base })).toEqual({ ok: true })
    expect(await console.own(ana)).toEqual([])
  })
})
