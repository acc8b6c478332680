import { describe, expect, test } from 'vitest'
import { type AskedQuestion, check, isFlawless, type SeenThread } from './checker.ts'
import { answerTo, type Token } from './words.ts'

const q = (nth: number): Token => ({ thread: 7, nth })
const asked = (count: number): readonly AskedQuestion[] =>
  Array.from({ length: count }, (_, nth) => ({ token: q(nth) }))
const seen = (count: number, ...messages: readonly string[]): SeenThread => ({
  asked: asked(count),
  messages,
  unfinished: false,
})
/** An answer that takes several messages. */
const long = Array.from({ length: 500 }, (_, nth) => q(nth)).find((token) => answerTo([token]).length > 9_000)

describe('the checker of the chaos suite finds what was planted', () => {
  test('nothing, where every question has its reply', () => {
    const verdict = check([seen(3, answerTo([q(0)]), answerTo([q(1), q(2)]))])
    expect(verdict).toMatchObject({ questions: 3, lost: [], doubled: [], reordered: [], torn: [] })
    expect(isFlawless(verdict)).toBe(true)
  })

  test('nothing, where an answer is cut into messages between words and carries invisible marks', () => {
    if (long === undefined) throw new Error('no answer is long')
    const text = answerTo([long])
    const cut = text.indexOf(' ', 4_000)
    const messages = [text.slice(0, cut), `\u2060${text.slice(cut + 1)}`]
    expect(isFlawless(check([{ asked: [{ token: long }], messages, unfinished: false }]))).toBe(true)
  })

  test('a question without a reply', () => {
    expect(check([seen(2, answerTo([q(0)]))]).lost).toEqual(['q7n1'])
  })

  test('a question with two replies, in the same words or together with another', () => {
    expect(check([seen(1, answerTo([q(0)]), answerTo([q(0)]))]).doubled).toEqual(['q7n0'])
    expect(check([seen(2, answerTo([q(0)]), answerTo([q(0), q(1)]))]).doubled).toEqual(['q7n0'])
  })

  test('a question whose reply stands there a second time, cut off', () => {
    const verdict = check([seen(1, answerTo([q(0)]).slice(0, 60), answerTo([q(0)]))])
    expect(verdict.doubled).toEqual(['q7n0'])
    expect(verdict.torn).toHaveLength(1)
  })

  test('replies in the wrong order', () => {
    expect(check([seen(2, answerTo([q(1)]), answerTo([q(0)]))]).reordered).toEqual(['q7n1'])
  })

  test('replies in the wrong order are excused where the platform told Parley so', () => {
    const thread = seen(2, answerTo([q(1)]), answerTo([q(0)]))
    const told = (takenFirst: number): SeenThread => ({
      ...thread,
      asked: [
        { token: q(0), toldAt: 1, takenAt: takenFirst },
        { token: q(1), toldAt: 5, takenAt: 6 },
      ],
    })
    expect(check([told(9)]).reordered).toEqual([])
    expect(check([told(2)]).reordered).toEqual(['q7n1'])
  })

  test.each([
    ['ends too soon', (text: string) => text.slice(0, -5)],
    ['lacks its middle', (text: string) => text.slice(0, 40) + text.slice(60)],
    ['says something twice', (text: string) => text.slice(0, 60) + text.slice(40)],
    ['still carries a sign', (text: string) => `${text} ▌`],
    ['is an apology', () => 'Something went wrong on my side.'],
  ])('a reply that %s', (_, tear) => {
    const verdict = check([seen(1, tear(answerTo([q(0)])))])
    expect(verdict.torn).toHaveLength(1)
    expect(isFlawless(verdict)).toBe(false)
  })

  test('a reply that is whole, and looks half-written', () => {
    expect(check([{ ...seen(1, answerTo([q(0)])), unfinished: true }]).torn).toHaveLength(1)
  })
})
