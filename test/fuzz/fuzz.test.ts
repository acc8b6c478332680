import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { EDGES } from './edges.ts'
import { fuzz } from './fuzz.ts'

/** A look at each edge. `npm run fuzz -- --long` is the real one. */
const CASES = 800
const AT_MOST_MS = 60_000

test(
  'S6: at every inbound edge, nothing that comes in ends the process, leaves a trace when it is invalid, or is our fault',
  async () => {
    const seed = Date.now() % 2 ** 31
    const results = await fuzz({ seed, cases: CASES, atMostMs: AT_MOST_MS, edges: EDGES })
    const problems = results.flatMap(({ name, problem }) =>
      problem === undefined ? [] : [`${name}: ${problem}`],
    )
    expect(problems, `seed ${seed}`).toEqual([])
    expect(results.every(({ cases }) => cases > 0)).toBe(true)
  },
  AT_MOST_MS,
)

test('S6: the fuzzer finds what it is there to find', async () => {
  const state = { changes: () => changes, kept: () => String(changes), rest: async () => {} }
  let changes = 0
  const planted = (take: () => Promise<void>) => ({
    name: 'planted',
    share: 1,
    open: async () => ({
      ...{ state, take, invalid: fc.constant(0), wild: fc.constant(0) },
      [Symbol.asyncDispose]: async () => {},
    }),
  })
  const problemOf = async (take: () => Promise<void>) =>
    (await fuzz({ seed: 1, cases: 20, atMostMs: AT_MOST_MS, edges: [planted(take)] }))[0]?.problem
  expect(await problemOf(async () => {})).toBeUndefined()
  const write = () => {
    changes += 1
  }
  expect(await problemOf(async () => write())).toContain('wrote 1 rows')
  expect(await problemOf(async () => void setImmediate(write))).toMatch(/wrote|changed what is kept/)
  expect(await problemOf(() => Promise.reject(new Error('answered with 500')))).toContain('answered with 500')
})
