import fc from 'fast-check'
import { expect, test } from 'vitest'
import { answersIn, displayedTo, slotAt, slotsIn } from '#core/feedback/ballot.ts'
import { evenFormat } from '#core/feedback/even-format.ts'
import { drawFrom, shuffled } from '#core/feedback/seeded-draw.ts'

const idsOf = (count: number) => Array.from({ length: count }, (_, nth) => `c${nth}`)

/** Groups of slots, every one of them exactly once, for 2 to 9 answers. */
const rankingOf = fc.integer({ min: 2, max: 9 }).chain((count) =>
  fc.record({
    displayed: fc.shuffledSubarray(idsOf(count), { minLength: count, maxLength: count }),
    places: fc.array(fc.integer({ min: 1, max: count }), { minLength: count, maxLength: count }),
  }),
)

const grouped = (places: readonly number[]): readonly (readonly string[])[] =>
  [...new Set(places)]
    .toSorted((a, b) => a - b)
    .map((place) => places.flatMap((other, nth) => (other === place ? [slotAt(nth)] : [])))

test('F6: any ranking of every slot is kept by answers, and reads back as it was given', () => {
  fc.assert(
    fc.property(rankingOf, ({ displayed, places }) => {
      const order = grouped(places)
      const answers = answersIn(order, displayed, false)
      if ('say' in answers) throw new Error(answers.say)
      expect(answers.order.flat().toSorted()).toEqual(displayed.toSorted())
      expect(slotsIn(answers.order, displayed)).toEqual(order)
    }),
  )
})

test('any ranking with a slot missing, doubled or strange is refused with a sentence', () => {
  const broken = rankingOf.chain(({ displayed, places }) =>
    fc.record({
      displayed: fc.constant(displayed),
      order: fc.constant(grouped(places)),
      at: fc.nat({ max: places.length - 1 }),
      how: fc.constantFrom('missing', 'doubled', 'strange'),
    }),
  )
  fc.assert(
    fc.property(broken, ({ displayed, order, at, how }) => {
      const slot = slotAt(at)
      const without = order.map((group) => group.filter((other) => other !== slot))
      const wrong = { missing: without, doubled: [...order, [slot]], strange: [...without, ['Z']] }[how]
      expect(answersIn(wrong ?? [], displayed, false)).toEqual({ say: expect.stringMatching(/^[A-Z].*\.$/) })
    }),
  )
})

/** Of a chi-square with 23 degrees of freedom, one draw in ten thousand is above. */
const CHI_SQUARE_23 = 54

test('F6: every order is as likely as any other, whatever the task and whoever the rater', () => {
  const candidates = idsOf(4).map((id) => ({ id }))
  const draws = 12_000
  const counts = new Map<string, number>()
  for (let nth = 0; nth < draws; nth += 1) {
    const order = displayedTo(`p_${nth % 40}`, { seed: `task ${Math.floor(nth / 40)}`, candidates }).join()
    counts.set(order, (counts.get(order) ?? 0) + 1)
  }
  const expected = draws / 24
  const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
  expect(counts.size).toBe(24)
  expect(chiSquare).toBeLessThan(CHI_SQUARE_23)
})

/** Of a chi-square with 15 degrees of freedom, one draw in ten thousand is above. */
const CHI_SQUARE_15 = 45

test('F6: what one rater sees first says nothing of what another sees first', () => {
  const candidates = idsOf(4).map((id) => ({ id }))
  const tasks = 8_000
  const counts = new Map<string, number>()
  for (let nth = 0; nth < tasks; nth += 1) {
    const [mine, theirs] = ['p_1', 'p_2'].map(
      (rater) => displayedTo(rater, { seed: `t${nth}`, candidates })[0],
    )
    counts.set(`${mine} ${theirs}`, (counts.get(`${mine} ${theirs}`) ?? 0) + 1)
  }
  const expected = tasks / 16
  const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
  expect(chiSquare).toBeLessThan(CHI_SQUARE_15)
})

test('L5: a seed always draws the same, and within its bounds', () => {
  const throws = (seed: string) => {
    const draw = drawFrom(seed)
    return Array.from({ length: 50 }, () => draw(6))
  }
  expect(throws('a')).toEqual(throws('a'))
  expect(throws('a')).not.toEqual(throws('b'))
  expect(new Set(throws('a'))).toEqual(new Set([0, 1, 2, 3, 4, 5]))
  expect(shuffled([], drawFrom('a'))).toEqual([])
})

test('F6: answers look alike whoever wrote them, and code stays as it is', () => {
  const star = '# Title\r\n\r\n\r\n* one   \r\n+ two\n1) three \n\n```py\n* x = 1)   \n\n\n```\n'
  expect(evenFormat(star)).toBe('# Title\n\n- one  \n- two\n1. three\n\n```py\n* x = 1)   \n\n\n```')
  expect(evenFormat('**bold** *first* word')).toBe('**bold** *first* word')
  expect(evenFormat('```\nnever closed\n\n\n* a')).toBe('```\nnever closed\n\n\n* a')
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('*', ' ', '\n', '`', 'a', '1', ')') }), (text) => {
      expect(evenFormat(evenFormat(text))).toBe(evenFormat(text))
    }),
  )
})
