import fc from 'fast-check'
import { expect, test } from 'vitest'
import { editDistance } from '#core/feedback/edit-distance.ts'

/** The textbook's table, slow and plainly right. */
function byTable(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, nth) => nth)
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      next.push(Math.min((row[j - 1] ?? 0) + same, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}

test('any two texts: as many changes as the textbook counts', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 24 })
  fc.assert(
    fc.property(word, word, (a, b) => {
      expect(editDistance(a, b)).toBe(byTable(a, b))
    }),
    { numRuns: 2_000 },
  )
})

test('a few changes in 100,000 characters are counted exactly', () => {
  const text = Array.from({ length: 100_000 }, (_, nth) => String.fromCharCode(97 + ((nth * nth) % 23))).join(
    '',
  )
  const changed = `X${text.slice(0, 40_000)}Y${text.slice(40_003, 90_000)}ZZ${text.slice(90_000)}`
  expect(editDistance(text, changed)).toBe(6)
})

test('of texts that have nothing in common it is the most it can be, however long they are', () => {
  expect(editDistance('a'.repeat(100_000), 'b'.repeat(90_000))).toBe(100_000)
  expect(editDistance('', 'abc')).toBe(3)
  expect(editDistance('same', 'same')).toBe(0)
})
