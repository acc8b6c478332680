import fc from 'fast-check'
import { expect, test } from 'vitest'
import { heardAt, SILENT } from '#core/delivery/rhythm.ts'

const after = (times: readonly number[]) => times.reduce(heardAt, SILENT)

test('D3: the rhythm of packets is known whatever they hold', () => {
  const times = Array.from({ length: 60 }, (_, nth) => Math.floor(nth / 3) * 500 + (nth % 3))
  expect(after(times)).toEqual({ newest: 9_500, usualGapMs: 500 })
})

test('D3: a pause says nothing of the rhythm', () => {
  const times = Array.from({ length: 40 }, (_, nth) => nth * 40 + (nth > 20 ? 60_000 : 0))
  expect(after(times).usualGapMs).toBeLessThan(45)
})

test('D3: whatever comes whenever, the usual gap is no longer than a packet would take', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(10_000), { minLength: 1 }), (gaps) => {
      let now = 0
      const times = gaps.map((gap) => (now += gap))
      const { usualGapMs, newest } = after(times)
      expect(usualGapMs).toBeGreaterThanOrEqual(0)
      expect(usualGapMs).toBeLessThanOrEqual(Math.max(...gaps))
      expect(newest).toBeLessThanOrEqual(now)
    }),
  )
})
