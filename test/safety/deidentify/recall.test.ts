import { expect, test } from 'vitest'
import { Deidentifier } from '#core/safety/deidentify/deidentify.ts'
import { BY_HAND, type Planted, planted } from './planted.ts'

const SEED = 20_261_123
const EACH = 96

/** Digits alone too: a number whose blanks moved is still that number. */
function isSeen({ value }: Planted, after: string): boolean {
  if (after.includes(value)) return true
  const digits = value.replace(/\D/g, '')
  const isNumber = digits.length >= 9 && !/[a-z]{2}/i.test(value)
  return isNumber && after.replace(/\D/g, '').includes(digits)
}

test(`S4: at least 99 % of what is planted is taken out, of every kind (seed ${SEED})`, () => {
  const all = [...planted(SEED, EACH), ...BY_HAND]
  const found = Map.groupBy(all, ({ kind }) => kind)
  const missed = all.filter((each) => isSeen(each, new Deidentifier().text(each.text)))
  const figures = [...found].map(([kind, items]) => {
    const left = missed.filter((each) => each.kind === kind)
    return { kind, planted: items.length, recall: 1 - left.length / items.length }
  })
  const rows = figures.map(
    ({ kind, planted, recall }) => `${kind}: ${(recall * 100).toFixed(1)} % of ${planted}`,
  )
  process.stdout.write(`de-identification, seed ${SEED}: ${rows.join('; ')}\n`)
  expect(missed.map(({ kind, value, text }) => ({ kind, value, text }))).toEqual([])
  expect(found.size).toBeGreaterThanOrEqual(13)
  expect(all.length).toBeGreaterThanOrEqual(200)
  for (const { recall } of figures) expect(recall).toBeGreaterThanOrEqual(0.99)
})
