import fc from 'fast-check'
import { expect, test } from 'vitest'
import { orderIn, placed, placesIn, spoken, stepped } from '#adapters/web/page/ranking-order.ts'

const SLOTS = ['A', 'B', 'C', 'D', 'E']
const place = fc.option(fc.integer({ min: 1, max: SLOTS.length }), { nil: undefined })

test('F6: any choice of places is an order that holds each placed answer once, ties together, without gaps', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom(...SLOTS), place)), (choices) => {
      const places = choices.reduce((now, [slot, to]) => placed(now, slot, to), {})
      const order = orderIn(places)
      expect(order.flat().toSorted()).toEqual(Object.keys(places).toSorted())
      const again = placesIn(order)
      for (const [a, placeA] of Object.entries<number>(places))
        for (const [b, placeB] of Object.entries<number>(places))
          expect(Math.sign((again[a] ?? 0) - (again[b] ?? 0))).toBe(Math.sign(placeA - placeB))
      expect(orderIn(again)).toEqual(order)
    }),
  )
})

test('a step moves by one place, from none to an end, and never beyond', () => {
  const right = (now: Readonly<Record<string, number>>) => stepped(now, 'A', 1, 3)
  const left = (now: Readonly<Record<string, number>>) => stepped(now, 'A', -1, 3)
  expect([right({}), right({ A: 1 }), right({ A: 3 })]).toEqual([{ A: 1 }, { A: 2 }, { A: 3 }])
  expect([left({}), left({ A: 2 }), left({ A: 1 })]).toEqual([{ A: 3 }, { A: 1 }, { A: 1 }])
})

test('a place is said together with who shares it', () => {
  expect(spoken({ A: 2, B: 2, C: 1 }, 'A', 4)).toBe('Answer A: place 2 of 4, shared with B.')
  expect(spoken({ C: 1 }, 'C', 4)).toBe('Answer C: place 1 of 4.')
  expect(spoken({ C: 1 }, 'A', 4)).toBe('Answer A has no place now.')
})
