import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fitWindow } from '#core/dialogue/window.ts'
import { estimateTokens } from '#core/model/tokens.ts'
import type { UserMessage } from '#core/store/transcripts.ts'

const message = (text: string): UserMessage => ({
  role: 'user',
  id: text,
  speaker: { id: 'U1', name: 'Alice' },
  text,
  at: 0,
})
const many = (count: number, length = 100) => Array.from({ length: count }, () => message('x'.repeat(length)))

test('what fits stays', () => {
  expect(fitWindow(many(5), 1_000, 100)).toEqual({ dropped: 0, tooLong: false })
})

test('C2: a full window is emptied in one large step, so the next turns fit again', () => {
  const { dropped } = fitWindow(many(50), 1_000, 0)
  expect(dropped).toBeGreaterThan(30)
  const kept = many(50 - dropped)
  expect(fitWindow([...kept, ...many(3)], 1_000, 0).dropped).toBe(0)
})

test('C5: many small messages are bounded by their number', () => {
  expect(fitWindow(many(401, 1), 1_000_000, 0).dropped).toBe(201)
})

test('a single message that is longer than the budget is told apart', () => {
  expect(fitWindow([...many(3), message('x'.repeat(10_000))], 1_000, 0)).toEqual({
    dropped: 3,
    tooLong: true,
  })
})

test('C3: for any messages the kept ones are within the budget, unless the newest alone is not', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ maxLength: 400 })),
      fc.integer({ min: 100, max: 2_000 }),
      (texts, budget) => {
        const messages = texts.map(message)
        const { dropped, tooLong } = fitWindow(messages, budget, 20)
        const kept = messages.slice(dropped)
        const tokens = kept.reduce((sum, { text }) => sum + estimateTokens(text), 0)
        if (!tooLong) expect(tokens).toBeLessThanOrEqual(budget - 20)
        if (messages.length > 0) expect(kept.length).toBeGreaterThan(0)
      },
    ),
  )
})
