import fc from 'fast-check'
import { expect, test } from 'vitest'
import { complete } from '#core/dialogue/completion.ts'
import type { LanguageModel, ModelEvent } from '#core/model/model.ts'
import { VirtualClock } from '#test/virtual-clock.ts'

async function* saying(deltas: readonly string[]): AsyncIterable<ModelEvent> {
  for (const delta of deltas) yield { type: 'text', delta }
  yield { type: 'done', finish: 'stop', model: 'm' }
}

async function heard(deltas: readonly string[]) {
  const model: LanguageModel = { label: 'm', stream: () => saying(deltas) }
  const shown: string[] = []
  const { text } = await complete({
    ...{ model, sampling: {}, cacheKey: 't', prompt: { system: '', turns: [] }, clock: new VirtualClock(0) },
    ...{ signal: new AbortController().signal, stop: new AbortController().signal },
    onText: (delta) => shown.push(delta),
  })
  return { text, shown }
}

test('D2: an emoji that two deltas share is passed on whole', async () => {
  const { text, shown } = await heard(['a\uD83D', '\uDC69 b'])
  expect([text, shown.every((delta) => delta.isWellFormed())]).toEqual(['a👩 b', true])
})

test('D1: half an emoji that stays alone is one sign, in its place', async () => {
  expect((await heard(['a\uD83D b', ' \uDC69', 'c\uD83D'])).text).toBe('a\uFFFD b \uFFFDc\uFFFD')
})

test('D1: however the deltas are cut, every one that is passed on is well formed, and together they are the text', async () => {
  const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }).map((some) => `x${some}`)
  const cuts = fc.array(fc.nat(40), { maxLength: 8 })
  await fc.assert(
    fc.asyncProperty(text, cuts, async (said, places) => {
      const ends = [...places.toSorted((a, b) => a - b), said.length]
      const deltas = ends.map((end, index) => said.slice(ends[index - 1] ?? 0, end))
      const { text: whole, shown } = await heard(deltas)
      expect(whole).toBe(said)
      expect(shown.every((delta) => delta.isWellFormed())).toBe(true)
    }),
  )
})
