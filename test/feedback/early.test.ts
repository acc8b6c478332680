import { expect, test } from 'vitest'
import { EarlyFeedback } from '#core/feedback/early.ts'

test('what came is given back once, in order; the oldest goes when there is too much', () => {
  const early = new EarlyFeedback<number>()
  early.keep('first', 1)
  early.keep('second', 2)
  early.keep('first', 3)
  expect([early.take('first'), early.take('first')]).toEqual([[1, 3], []])
  early.keep('third', 4)
  early.keep('third', 5)
  early.drop('third', 4)
  early.drop('nobody', 1)
  expect(early.take('third')).toEqual([5])
  for (let n = 0; n < 1_000; n += 1) early.keep(`other ${n}`, n)
  expect([early.take('second'), early.take('other 0')]).toEqual([[], [0]])
})
