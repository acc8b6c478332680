import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Demonstration } from '#core/feedback/demonstrations.ts'
import type { RaterVote, ReplyFeedback } from '#core/feedback/fold.ts'
import type { RankingRecord } from '#core/feedback/rankings.ts'
import type { ComparisonTask } from '#core/feedback/tasks.ts'
import type { Finder } from '#core/learning/dataset/build.ts'
import type { Drop } from '#core/learning/dataset/drops.ts'
import type { Example } from '#core/learning/dataset/example.ts'
import { demonstrations } from '#core/learning/dataset/sources/demonstrations.ts'
import { rankings } from '#core/learning/dataset/sources/rankings.ts'
import type { FindReply, Said } from '#core/learning/dataset/sources/standing.ts'
import { votes } from '#core/learning/dataset/sources/votes.ts'
import { verify } from '#core/learning/dataset/verify.ts'
import { build, lines } from './given.ts'

const user = (content: string) => ({ role: 'user' as const, content })
const assistant = (content: string) => ({ role: 'assistant' as const, content })
const system = (content: string) => ({ role: 'system' as const, content })

const said = (more: Partial<Said> = {}): Said => ({
  ...{
    reply: 'r1',
    thread: 'slack:T:C:1',
    platform: 'slack',
    version: 'v1',
    alternatives: [],
    question: 'Why?',
  },
  answer: { id: 'r1', text: 'Because.', at: 90, outcome: 'answered', made: made },
  prompt: { system: 'Be kind.', turns: [user('Ann: Why?')] },
  speakers: [{ platform: 'slack', id: 'U1' }],
  askedBy: [{ platform: 'slack', id: 'U1' }],
  since: 42,
  ...more,
})
const made = {
  model: 'm',
  promptVersion: 'p',
  sampling: { temperature: 1 },
  arm: 'main',
  prompt: { first: 0, end: 1 },
}
const finds =
  (found: Awaited<ReturnType<FindReply>>): FindReply =>
  async () =>
    found
const stands = finds(said())
const from = <T>(...items: readonly T[]) =>
  async function* () {
    yield* items
  }
const everybody = async (_: string) => true
const found = async (finder: Finder, consents: (person: string) => Promise<boolean> = everybody) =>
  (await Array.fromAsync(finder(consents))).flatMap<Example | Drop>(({ examples }) => examples)

const demonstration = (more: Partial<Demonstration> = {}): Demonstration => ({
  ...{
    schema: 1,
    id: '1',
    at: 100,
    provenance: 'console',
    trainer: 'p_t',
    status: 'submitted',
    speakers: [],
  },
  messages: [user('Why?'), assistant('So.')],
  ...more,
})
const correction = (more: Partial<Demonstration> = {}) =>
  demonstration({
    ...{ provenance: 'slack', of: { reply: 'r1', version: 'v1' }, thread: 'slack:T:C:1', speakers: ['p_u'] },
    messages: [
      system('Be kind.'),
      user('Ann: Why?'),
      { ...assistant('Since you ask.'), suggestion: 'Because.' },
    ],
    ...more,
  })

test('a dialogue of a trainer becomes an example; drafts and what was turned down do not', async () => {
  const records = [
    demonstration(),
    demonstration({ status: 'draft' }),
    demonstration({ status: 'rejected' }),
    demonstration({ status: 'reviewed' }),
  ]
  expect(await found(demonstrations(from(...records), stands))).toEqual([
    expect.objectContaining({
      is: 'dialogue',
      prompt: [user('Why?')],
      answer: 'So.',
      people: ['p_t'],
      thread: 'record/1',
      source: 'dialogues',
    }),
    'unfinished',
    'unfinished',
    expect.objectContaining({ is: 'dialogue' }),
  ])
})

test('neighbours of one role become one turn, and what has no question or answer is incomplete', async () => {
  const records = [
    demonstration({ messages: [assistant('Hello'), user('A'), user('B'), assistant('C'), assistant(' ')] }),
    demonstration({ messages: [user('A')] }),
    demonstration({ messages: [system('S'), assistant('C')] }),
    demonstration({ messages: [] }),
  ]
  expect(await found(demonstrations(from(...records), stands))).toEqual([
    expect.objectContaining({ prompt: [user('A\n\nB')], answer: 'C' }),
    ...['incomplete', 'incomplete', 'incomplete'],
  ])
})

test('F4: a correction is a demonstration, and better than what it corrects, for the same prompt', async () => {
  const [first, second] = await found(demonstrations(from(correction()), stands))
  const prompt = [system('Be kind.'), user('Ann: Why?')]
  const origin = { source: 'corrections', thread: 'slack:T:C:1', people: ['p_t', 'p_u'], since: 42, prompt }
  expect(first).toEqual(expect.objectContaining({ ...origin, is: 'dialogue', answer: 'Since you ask.' }))
  expect(second).toEqual(
    expect.objectContaining({ ...origin, is: 'better', chosen: 'Since you ask.', rejected: 'Because.' }),
  )
})

test.each([
  ['deleted', 'its reply was deleted', finds('deleted')],
  ['deleted', 'its conversation was erased', finds('unknown')],
  [
    'changed',
    'an earlier message was edited',
    finds(said({ prompt: { system: 'Be kind.', turns: [user('Ann: How?')] } })),
  ],
  ['changed', 'an earlier message was deleted', finds(said({ prompt: { system: 'Be kind.', turns: [] } }))],
])('T6: a record is left out as %s when %s', async (reason, _, find) => {
  expect(await found(demonstrations(from(correction()), find))).toEqual([reason])
  expect(await found(ranking({ find }))).toEqual([reason])
})

test('T6: an answer from before an edit is no answer to what stands there now; a better reply is', async () => {
  const find = finds(said({ changedAt: 91 }))
  expect(await found(demonstrations(from(correction()), find))).toEqual([
    expect.objectContaining({ is: 'dialogue', answer: 'Since you ask.' }),
  ])
  expect(await found(ranking({ find }))).toEqual(['changed'])
  expect(await judged([vote(1)], everybody, find)).toEqual(['changed'])
  const answeredSince = finds(said({ changedAt: 90 }))
  expect(await found(demonstrations(from(correction()), answeredSince))).toHaveLength(2)
  expect(await judged([vote(1)], everybody, answeredSince)).toEqual([
    expect.objectContaining({ is: 'voted' }),
  ])
})

test('a system prompt that was changed since does not matter', async () => {
  const find = finds(said({ prompt: { system: 'Be brief.', turns: [user('Ann: Why?')] } }))
  expect(await found(demonstrations(from(correction()), find))).toHaveLength(2)
})

const task = (more: Partial<ComparisonTask> = {}): ComparisonTask => ({
  ...{
    schema: 1,
    id: 't1',
    at: 100,
    provenance: 'slack',
    reply: 'r1',
    thread: 'slack:T:C:1',
    question: 'Why?',
  },
  prompt: [system('Be kind.'), user('Ann: Why?')],
  candidates: ['a', 'b', 'c'].map((id) => ({ id, text: `Answer ${id}.`, at: 90, made })),
  ...{ sampledBy: 'person', seed: 's', wanted: 3, raters: 1, state: 'ready', speakers: ['p_u'] },
  ...more,
})
const ranks = (rater: string, order: readonly (readonly string[])[]): RankingRecord => ({
  ...{
    schema: 1,
    id: `1-${rater}`,
    at: 1,
    provenance: 'slack',
    task: 't1',
    rater,
    displayed: ['a', 'b', 'c'],
    order,
    allBad: false,
  },
})
const ranking = ({ find = stands, tasks = [task()], given = [ranks('p_r', [['b'], ['a', 'c']])] } = {}) =>
  rankings({
    tasks: from(...tasks),
    ratersOf: async () => given.map(({ rater }) => rater),
    rankingBy: async (rater) => given.find((each) => each.rater === rater),
    find,
  })

test('F6: a comparison becomes one example with every ranking, ties included', async () => {
  const given = [ranks('p_r', [['b'], ['a', 'c']]), ranks('p_q', [['c'], ['b'], ['a']])]
  expect(await found(ranking({ given }))).toEqual([
    expect.objectContaining({
      is: 'ranked',
      candidates: ['Answer a.', 'Answer b.', 'Answer c.'],
      rankings: [
        { order: [[2], [1], [0]], allBad: false },
        { order: [[1], [0, 2]], allBad: false },
      ],
      people: ['p_q', 'p_r', 'p_u'],
      since: 42,
      made: Array(3).fill({ model: 'm', promptVersion: 'p', sampling: { temperature: 1 } }),
    }),
  ])
})

test('F4: lineage says how an answer was chosen: what a reward model liked best is no draw of the model', async () => {
  const choice = { n: 2, seed: 7, scores: [0.5, null], chosen: 0, rewardModel: 'rm_1', by: 'score' } as const
  const chosen = task({
    ...{ provenance: 'web', thread: 'web:w:c:1' },
    candidates: ['a', 'b', 'c'].map((id, nth) => ({
      ...{ id, text: `Answer ${id}.`, at: 90 },
      made: nth === 0 ? { ...made, choice } : made,
    })),
  })
  const examples = await found(ranking({ tasks: [chosen] }))
  const usual = { model: 'm', promptVersion: 'p', sampling: { temperature: 1 } }
  expect(examples).toMatchObject([{ made: [{ ...usual, choice }, usual, usual] }])
  const { out } = await build(examples as readonly Example[], { kinds: ['rank'] })
  const [file = ''] = ['train', 'validation', 'test'].filter((split) =>
    existsSync(join(out, `lineage/rank/${split}.jsonl`)),
  )
  expect(lines(out, `lineage/rank/${file}.jsonl`)).toMatchObject([{ made: [{ choice }, usual, usual] }])
  await expect(verify(out)).resolves.toMatchObject({ kinds: ['rank'] })
})

test('S2: a ranking of who has not agreed is left out, and others of the same answers count', async () => {
  const given = [ranks('p_yes', [['b'], ['a'], ['c']]), ranks('p_no', [['c'], ['b'], ['a']])]
  const agreed = async (person: string) => person !== 'p_no'
  const [example] = await found(ranking({ given }), agreed)
  expect(example).toEqual(
    expect.objectContaining({
      rankings: [{ order: [[1], [0], [2]], allBad: false }],
      people: ['p_u', 'p_yes'],
    }),
  )
  expect(await found(ranking({ given: given.slice(1) }), agreed)).toEqual(['consent'])
})

test('comparisons that are withdrawn, repeated, not ranked or ranked in part say nothing', async () => {
  expect(await found(ranking({ tasks: [task({ state: 'withdrawn' })] }))).toEqual(['withdrawn'])
  expect(await found(ranking({ tasks: [task({ repeatsOf: { task: 't0', rater: 'p_r' } })] }))).toEqual([
    'withdrawn',
  ])
  expect(await found(ranking({ given: [] }))).toEqual(['unranked'])
  expect(await found(ranking({ given: [ranks('p_r', [['b'], ['a']])] }))).toEqual(['unranked'])
})

const vote = (value: 1 | 0 | -1, more: Partial<RaterVote> = {}): RaterVote => ({
  ...{
    rater: `p_${value}`,
    requester: false,
    value,
    by: 'button',
    at: 1,
    conflicted: false,
    changes: 0,
    version: 'v1',
  },
  ...more,
})
const feedback = (...cast: readonly RaterVote[]): ReplyFeedback => ({
  ...{
    reply: 'r1',
    platform: 'slack',
    thread: 'slack:T:C:1',
    votes: cast,
    good: 0,
    bad: 0,
    score: 0,
    label: 0,
    share: null,
    reasons: [],
    corrections: [],
  },
})
const judged = (cast: readonly RaterVote[], consents = everybody, find = stands) =>
  found(
    votes({
      replies: from(feedback(...cast)),
      find,
      pseudonym: ({ id }) => `p_${id}`,
      provenance: (platform) => platform,
    }),
    consents,
  )

test.each([
  ['one good vote', [vote(1)], true],
  ['one bad vote', [vote(-1)], false],
  ['two good, one bad: 1 ahead', [vote(1), vote(1), vote(-1)], 'undecided'],
  ['three good, one bad: 2 ahead', [vote(1), vote(1), vote(1), vote(-1)], true],
  ['who asked says bad, another good: 1 ahead', [vote(-1, { requester: true }), vote(1)], 'undecided'],
  ['who asked and another say bad, a third good', [vote(-1, { requester: true }), vote(-1), vote(1)], false],
  ['one each', [vote(1), vote(-1)], 'undecided'],
  ['taken back', [vote(0)], 'undecided'],
  ['none', [], 'undecided'],
  ['a vote on other words', [vote(1, { version: 'v0' })], 'undecided'],
] as const)('%s', async (_, cast, expected) => {
  const [example] = await judged(cast)
  expect(typeof example === 'object' && example.is === 'voted' ? example.good : example).toBe(expected)
})

test('S2: votes of who has not agreed are not counted, and everybody else in it is named', async () => {
  const cast = [vote(1, { rater: 'p_yes' }), vote(-1, { rater: 'p_no' })]
  const agreed = async (person: string) => person !== 'p_no'
  expect(await judged(cast, agreed)).toEqual([
    expect.objectContaining({
      good: true,
      people: ['p_U1', 'p_yes'],
      provenance: 'slack',
      answer: 'Because.',
      prompt: [system('Be kind.'), user('Ann: Why?')],
    }),
  ])
  expect(await judged(cast.slice(1), agreed)).toEqual(['consent'])
})

test('T6: a reply that was deleted is not judged', async () => {
  expect(await judged([vote(1)], everybody, finds('deleted'))).toEqual(['deleted'])
})
