import { expect, test } from 'vitest'
import { armOf, WEIGHTS } from '#core/learning/rollout/arm.ts'

const threads = Array.from({ length: 10_000 }, (_, nth) => `slack:T1:C1:${nth}`)

test('L6: of all threads, the canary has its share, and a thread in it stays in it while it grows', () => {
  let before: readonly string[] = []
  for (const percent of WEIGHTS) {
    const within = threads.filter((thread) => armOf(thread, { salt: 'salt', percent }) === 'canary')
    expect(Math.abs(within.length / threads.length - percent / 100)).toBeLessThan(0.01)
    const now = new Set(within)
    expect(before.filter((thread) => !now.has(thread))).toEqual([])
    before = within
  }
})

test('another salt draws other threads', () => {
  const arms = (salt: string) => threads.map((thread) => armOf(thread, { salt, percent: 25 }))
  expect(arms('one')).not.toEqual(arms('two'))
})
