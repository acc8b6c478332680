import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LearningError } from '#core/learning/engine.ts'
import { Random } from '#core/learning/local/random.ts'
import { BYTE_CONFIG } from '#core/learning/local/trainer.ts'
import { completionTokens, END, PAD, promptTokens, vocabularyOf } from '#core/learning/local/vocabulary.ts'
import { say, TINY } from './given.ts'

const bytes = vocabularyOf(BYTE_CONFIG)
const letters = vocabularyOf(TINY)

test('any text is the same after bytes and back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const tokens = bytes.encode(text)
      expect(bytes.decode(tokens)).toBe(text)
      expect(tokens.every((token) => token > END && token < bytes.size)).toBe(true)
    }),
  )
})

test('a letter that the model does not know is named', () => {
  expect(letters.decode(letters.encode('head'))).toBe('head')
  expect(() => letters.encode('hex')).toThrow(LearningError)
  expect(() => letters.encode('hex')).toThrow(/"x" is none of them/)
})

test('a short prompt is padded on the left, and of a long one its end is kept', () => {
  const [short, long] = [say('ab'), say('abcdefgh')].map((prompt) => [...promptTokens(TINY, letters, prompt)])
  expect(short?.slice(0, 2)).toEqual([PAD, PAD])
  expect(long).not.toContain(PAD)
  expect(letters.decode(long ?? [])).toBe('defgh')
  expect(short?.at(-1)).toBe(long?.at(-1))
})

test('a completion has its end where there is room for it', () => {
  expect(completionTokens(TINY, letters, 'abc').at(-1)).toBe(END)
  const cut = completionTokens(TINY, letters, 'abcdefgh a')
  expect(cut).toHaveLength(TINY.context - TINY.promptTokens)
  expect(cut).not.toContain(END)
})

test('L5: draws follow from a seed and a name, and are spread as they should be', () => {
  const draws = (seed: number, name: string) => {
    const random = new Random(seed, name)
    return Array.from({ length: 20_000 }, () => random.next())
  }
  expect(draws(1, 'a')).toEqual(draws(1, 'a'))
  expect(draws(1, 'a')).not.toEqual(draws(2, 'a'))
  expect(draws(1, 'a')).not.toEqual(draws(1, 'b'))
  const tenths = Array.from(
    { length: 10 },
    (_, nth) => draws(1, 'a').filter((each) => Math.floor(each * 10) === nth).length,
  )
  // The deviation of each is 42.
  for (const count of tenths) expect(Math.abs(count - 2000)).toBeLessThan(200)
  const random = new Random(3, 'gauss')
  const normal = Array.from({ length: 20_000 }, () => random.gauss())
  expect(Math.abs(normal.reduce((sum, each) => sum + each, 0) / normal.length)).toBeLessThan(0.03)
  expect(normal.reduce((sum, each) => sum + each ** 2, 0) / normal.length).toBeCloseTo(1, 1)
  expect(random.shuffled([1, 2, 3, 4, 5]).toSorted()).toEqual([1, 2, 3, 4, 5])
})
