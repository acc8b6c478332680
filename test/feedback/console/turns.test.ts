import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { SuggestionEvent, TypedTurn } from '#core/feedback/console-desk.ts'
import { editDistance } from '#core/feedback/edit-distance.ts'
import { recordingConsole } from '#test/recording-console.ts'
import { ana, answered, asked, ben, press, Tab, written } from './writers.ts'

const NEVER = new AbortController().signal

/** What a page holds once a suggestion has come. */
async function suggested(space: ReturnType<typeof recordingConsole>, words: string, by = ana) {
  space.dialogues.words = [words]
  const request = { by, at: press().at, system: '', turns: [asked('Why?')], side: 'assistant' } as const
  const events: SuggestionEvent[] = await Array.fromAsync(space.console.suggest(request, NEVER))
  const [start] = events
  if (start?.type !== 'start') throw new Error('no suggestion')
  return { id: start.id, text: words, model: start.model }
}

test('F4: each turn says truly where it comes from: typed, taken as it was, or taken and changed', async () => {
  const space = recordingConsole()
  const suggestion = await suggested(space, 'Because of the tides.')
  await written(space.console, ana, [
    asked('Why?'),
    { ...answered('Because of the tides.'), suggestion },
    asked('And at night?'),
    { ...answered('Because of the tide.'), suggestion },
  ])
  const [record] = await space.dialogues.all()
  const taken = {
    suggestion: 'Because of the tides.',
    suggestionModel: 'script-1',
    suggestionId: suggestion.id,
  }
  expect(record?.messages).toEqual([
    { role: 'user', content: 'Why?', origin: 'human' },
    {
      ...{ role: 'assistant', content: 'Because of the tides.', origin: 'suggested_accepted' },
      ...{ ...taken, editDistance: 0 },
    },
    { role: 'user', content: 'And at night?', origin: 'human' },
    {
      ...{ role: 'assistant', content: 'Because of the tide.', origin: 'suggested_edited' },
      ...{ ...taken, editDistance: 1 },
    },
  ])
})

test('F4: an ignored suggestion leaves a turn of the person alone; what it said is kept beside', async () => {
  const space = recordingConsole()
  await suggested(space, 'Not this.')
  await written(space.console, ana, [asked('Why?'), answered('My own.')])
  const [record] = await space.dialogues.all()
  expect(record?.messages.at(-1)).toEqual({ role: 'assistant', content: 'My own.', origin: 'human' })
  expect(await space.dialogues.suggestions()).toMatchObject([
    {
      text: 'Not this.',
      side: 'assistant',
      model: 'script-1',
      ended: 'finished',
      sampling: { temperature: 0.5 },
    },
  ])
})

test('F4: whatever is suggested, taken and typed, origins are recorded truly', async () => {
  const words = fc.string({ minLength: 1, maxLength: 12 }).filter((text) => text.trim() !== '')
  const turn = fc.record({
    suggestion: fc.option(words),
    /** How much of it had come when it was taken. */
    share: fc.double({ min: 0.01, max: 1, noNaN: true }),
    /** What was made of it; nothing: it stays. */
    typed: fc.option(fc.string({ maxLength: 12 })),
    /** The page says something else than the model did. */
    lies: fc.option(fc.string({ maxLength: 12 })),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(turn, { minLength: 1, maxLength: 5 }), async (turns) => {
      const space = recordingConsole()
      const sent: TypedTurn[] = []
      const truth: object[] = []
      for (const { suggestion, share, typed, lies } of turns) {
        if (suggestion === null) {
          sent.push(answered(typed ?? ''))
          truth.push({ role: 'assistant', content: typed ?? '', origin: 'human' })
          continue
        }
        const made = await suggested(space, suggestion)
        const read = suggestion.slice(0, Math.max(1, Math.ceil(suggestion.length * share)))
        const said = lies ?? read
        const content = typed ?? read
        sent.push({ ...answered(content), suggestion: { ...made, text: said, model: 'another' } })
        const kept = said !== '' && suggestion.startsWith(said) ? said : suggestion
        const distance = editDistance(kept, content)
        truth.push(
          content.trim() === ''
            ? { role: 'assistant', content, origin: 'human' }
            : {
                ...{ role: 'assistant', content, suggestion: kept, suggestionModel: 'script-1' },
                origin: content === kept ? 'suggested_accepted' : 'suggested_edited',
                ...{ suggestionId: made.id, editDistance: distance },
              },
        )
      }
      await written(space.console, ana, sent)
      const [record] = await space.dialogues.all()
      expect(record?.messages).toEqual(truth)
    }),
    { numRuns: 100 },
  )
})

test('F4: of a suggestion that was never recorded the page’s words are taken; of another’s, nothing is', async () => {
  const space = recordingConsole()
  const lost = {
    id: '1000000000001-00000000000000000000000000000000',
    text: 'Half a',
    model: 'scripted model',
  }
  const foreign = await suggested(space, 'Said to Ben.', ben)
  await written(space.console, ana, [
    asked('Why?'),
    { ...answered('Half a sentence.'), suggestion: lost },
    { ...answered('Said to Ben.'), suggestion: { ...foreign, text: 'Claimed.' } },
  ])
  const [record] = await space.dialogues.all()
  expect(record?.messages.slice(1)).toEqual([
    {
      ...{ role: 'assistant', content: 'Half a sentence.', origin: 'suggested_edited', editDistance: 10 },
      ...{ suggestion: 'Half a', suggestionModel: 'scripted model' },
    },
    {
      ...{ role: 'assistant', content: 'Said to Ben.', origin: 'suggested_edited', editDistance: 9 },
      ...{ suggestion: 'Claimed.', suggestionModel: 'scripted model' },
    },
  ])
})

test('what was saved comes back as it was typed, system text and suggestions included', async () => {
  const space = recordingConsole()
  const suggestion = await suggested(space, 'Tides.')
  const { id } = await space.console.begin({ ...press(), by: ana })
  const tab = new Tab(space.console, ana, 'tab', id)
  const turns = [asked('Why?\n\nReally.'), { ...answered('Tides!'), suggestion }, asked('')]
  tab.hear(await tab.save(turns, 'Be brief.')())
  expect(await space.console.open(id, ana)).toMatchObject({
    system: 'Be brief.',
    turns: [turns[0], { ...turns[1], suggestion: { ...suggestion, model: 'script-1' } }, turns[2]],
    ...{ status: 'draft', mine: true, revision: 1, isVersion: false },
  })
})

test('a list says how a dialogue begins, in one line', async () => {
  const space = recordingConsole()
  await written(space.console, ana, [asked(`\n${'👩‍🚀 word '.repeat(40)}\nmore`), answered('x')])
  await space.console.begin({ ...press(), by: ana })
  const [empty, long] = await space.console.own(ana)
  expect(empty).toMatchObject({ title: '', turns: 0, status: 'draft' })
  expect(long?.title.endsWith(' …')).toBe(true)
  expect(long?.title.isWellFormed()).toBe(true)
  expect(long).toMatchObject({ turns: 2 })
})
