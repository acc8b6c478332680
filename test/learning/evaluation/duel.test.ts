import { expect, test } from 'vitest'
import type { RankingRecord } from '#core/feedback/rankings.ts'
import { duelTask, isDuel, saidOf } from '#core/learning/evaluation/duel.ts'

const duel = duelTask({
  candidate: { arm: 'new', model: 'm-new', text: 'Ours.' },
  production: { arm: 'old', model: 'm-old', text: 'Theirs.' },
  prompt: { system: 'Be kind.', turns: [{ role: 'user', content: 'Why?' }] },
  at: 7,
})
const idOf = (arm: string): string => duel.candidates.find(({ made }) => made?.arm === arm)?.id ?? ''
const [ours, theirs] = [idOf('new'), idOf('old')]

const ranking = (order: readonly (readonly string[])[], allBad = false): RankingRecord => ({
  ...{ schema: 1, id: 'r', at: 9, provenance: 'web', task: duel.id, rater: 'p_1' },
  ...{ displayed: [ours, theirs], order, allBad },
})

test('L4: who compares sees a task like any other, and no model has a name in it', () => {
  expect(duel).toMatchObject({ question: 'Why?', sampledBy: 'uniform', state: 'ready', speakers: [] })
  const shown = JSON.stringify([
    duel.question,
    duel.prompt,
    duel.candidates.map(({ id, text }) => [id, text]),
  ])
  expect(shown).not.toMatch(/m-new|m-old|"new"|"old"/)
})

test.each([
  ['ours first', ranking([[ours], [theirs]]), 'candidate'],
  ['theirs first', ranking([[theirs], [ours]]), 'production'],
  ['as good as each other', ranking([[ours, theirs]]), 'tie'],
  ['both bad, whichever is first', ranking([[ours], [theirs]], true), 'tie'],
  ['about other answers', ranking([['x'], ['y']]), 'tie'],
] as const)('L4: what a person says: %s', (_, given, said) => {
  expect(saidOf(duel, given, 'new')).toBe(said)
})

test('L4: only comparisons of these two count, and who ranks the same again counts once', () => {
  expect(isDuel(duel, 'new', 'old')).toBe(true)
  expect(isDuel(duel, 'new', 'older')).toBe(false)
  expect(isDuel(duel, 'old', 'new')).toBe(false)
  expect(isDuel({ ...duel, repeatsOf: { task: 't', rater: 'p_1' } }, 'new', 'old')).toBe(false)
  expect(isDuel({ ...duel, thread: 'web:w:c:1' }, 'new', 'old')).toBe(false)
})
