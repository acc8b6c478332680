import { expect, test } from 'vitest'
import { LONGEST_REASON } from '#core/feedback/desk.ts'
import { open } from './given-comparisons.ts'
import { alice, answer, bob, carol, judged } from './judged.ts'

const DAY_MS = 86_400_000

test('F4: the answer that stands is first, then earlier ones, newest first, then fresh ones', async () => {
  const { replies, begin, opened, tasks } = await open()
  replies.known.set('r1', judged({ alternatives: [answer('a1', 'Oldest.'), answer('a2', 'Newer.')] }))
  const id = await begin()
  await opened(id)
  expect((await tasks.get(id))?.candidates.map(({ text }) => text)).toEqual([
    'A monad is a monoid.',
    'Newer.',
    'Oldest.',
    'Drawn answer 1.',
  ])
  expect(replies.prompts).toEqual([judged().prompt])
})

test('F4: how the answer that stands was chosen is kept with it; what is drawn was not chosen', async () => {
  const { replies, begin, opened, tasks } = await open()
  const scores = [0.25, null, 1.5, -1]
  const choice = { n: 4, seed: 7, scores, chosen: 2, rewardModel: 'rm_1', by: 'score' } as const
  const { made } = answer('r1', '')
  if (made === undefined) throw new Error('it was made')
  replies.known.set(
    'r1',
    judged({ answer: answer('r1', 'The best of four.', { made: { ...made, choice } }) }),
  )
  const id = await begin(3)
  await opened(id)
  const kept = (await tasks.get(id))?.candidates.map((each) => each.made)
  expect(kept?.map((each) => each?.choice)).toEqual([choice, undefined, undefined])
  expect(kept?.[0]).toEqual({ ...made, choice })
})

test('F1: one press delivered twice, and two people who press at once, make one task', async () => {
  const { desk, replies } = await open()
  const request = { id: 'press', reply: 'r1', by: alice, at: 1_000 }
  const begun = await Promise.all([
    desk.begin(request),
    desk.begin(request),
    desk.begin({ ...request, id: 'another', by: bob, at: 1_001 }),
  ])
  expect(new Set(begun.map((each) => ('task' in each ? each.task : each.say))).size).toBe(1)
  const [first] = begun
  if (first === undefined || 'say' in first) throw new Error('no task')
  await desk.ballot(first.task, alice, new AbortController().signal)
  expect(replies.drawn).toBe(3)
})

test('another number of answers, or another answer that stands, is another task', async () => {
  const { replies, begin } = await open()
  const first = await begin(2)
  const more = await begin(3)
  replies.known.set('r1', judged({ answer: answer('r9', 'Said anew.') }))
  expect(new Set([first, more, await begin(3)]).size).toBe(3)
})

test('F6: a rater sees one order, however often they open it; what they chose is filled in', async () => {
  const { desk, begin, opened, ranking } = await open()
  const id = await begin()
  const first = await opened(id)
  expect(await opened(id)).toEqual(first)
  await desk.rank(ranking(id, { order: [['B', 'D'], ['A'], ['C']], allBad: true }))
  expect((await opened(id)).earlier).toEqual({ order: [['B', 'D'], ['A'], ['C']], allBad: true })
  expect(JSON.stringify(first)).not.toMatch(/script-1|default|comparison/)
})

test('F6: a ranking is kept by answers, with the order that was shown', async () => {
  const { desk, begin, opened, tasks, recorded, pseudonyms, ranking } = await open()
  const id = await begin()
  const ballot = await opened(id)
  expect(await desk.rank(ranking(id, { reason: 'clear', spentMs: 4_000 }))).toEqual({ ok: true })
  const [kept] = await recorded()
  const textOf = new Map((await tasks.get(id))?.candidates.map((each) => [each.id, each.text]))
  expect(kept?.displayed.map((answerId) => textOf.get(answerId))).toEqual(
    ballot.answers.map(({ text }) => text),
  )
  const [a, b, c, d] = kept?.displayed ?? []
  expect(kept).toMatchObject({
    ...{ task: id, rater: pseudonyms.of(alice), order: [[a], [b, c], [d]], allBad: false },
    ...{ reason: 'clear', spentMs: 4_000, provenance: 'slack' },
  })
})

test('F1: two raters at once both count; the same form again counts once; a change of mind is kept', async () => {
  const { desk, begin, opened, rankings, recorded, pseudonyms, ranking } = await open()
  const id = await begin()
  await Promise.all([opened(id), opened(id, bob)])
  const [mine, theirs] = [ranking(id), ranking(id, { by: bob })]
  await Promise.all([desk.rank(mine), desk.rank(theirs), desk.rank(mine)])
  expect(await recorded()).toHaveLength(2)
  expect(await rankings.ratersOf(id)).toHaveLength(2)
  expect(await desk.rank(ranking(id, { order: [['D'], ['C'], ['B'], ['A']] }))).toEqual({ ok: true })
  expect(await recorded()).toHaveLength(3)
  expect((await rankings.by(pseudonyms.of(alice), id))?.order).toHaveLength(4)
})

test('"all bad" alone says that none is better', async () => {
  const { desk, begin, opened, recorded, ranking } = await open()
  const id = await begin()
  await opened(id)
  expect(await desk.rank(ranking(id, { order: [], allBad: true }))).toEqual({ ok: true })
  const [kept] = await recorded()
  expect(kept).toMatchObject({ order: [kept?.displayed], allBad: true })
})

test('a ranking that cannot be kept is refused with a sentence, and nothing is recorded', async () => {
  const { desk, begin, opened, recorded, ranking } = await open()
  const id = await begin()
  const out = await desk.rank(ranking(id))
  expect(out).toMatchObject({ ok: false })
  await opened(id)
  const refused = [
    await desk.rank(ranking(id, { order: [['A'], ['B']] })),
    await desk.rank(ranking(id, { order: [['A', 'B'], ['A', 'C'], ['D']] })),
    await desk.rank(ranking(id, { order: [['A'], ['B'], ['C'], ['D'], ['E']] })),
    await desk.rank(ranking(id, { order: [] })),
    await desk.rank(ranking(id, { reason: 'x'.repeat(LONGEST_REASON + 1) })),
    await desk.rank(ranking('nobody’s')),
    // Bob never opened it.
    await desk.rank(ranking(id, { by: bob })),
  ]
  expect(refused.map((outcome) => (outcome.ok ? 'recorded' : outcome.say))).toEqual([
    'Please choose a place for C, D.',
    'Please give A one place only.',
    'There is no answer E here. Please open it again.',
    'Please choose a place for A, B, C, D.',
    'Your reason has 1,001 characters; 1,000 are possible. Please shorten it.',
    'This comparison was taken back, so nothing was recorded.',
    'This form is out of date. Please open the comparison again.',
  ])
  expect(await recorded()).toEqual([])
})

test('a form that is no longer known is out of date', async () => {
  const { desk, begin, opened, ballots, pseudonyms, recorded, ranking } = await open()
  const id = await begin()
  await opened(id)
  await ballots.erase(alice)
  expect(await ballots.dealtTo(id, pseudonyms.of(alice))).toBeUndefined()
  expect(await desk.rank(ranking(id))).toMatchObject({ say: expect.stringContaining('out of date') })
  expect(await recorded()).toEqual([])
})

test('T6: a reply that was deleted meanwhile takes its comparison with it, and loses nobody’s earlier ranking', async () => {
  const { desk, replies, begin, opened, tasks, recorded, never, ranking } = await open()
  const id = await begin()
  await opened(id)
  const mine = ranking(id)
  await desk.rank(mine)
  await opened(id, bob)
  replies.known.set('r1', 'deleted')
  const say = 'This message was deleted meanwhile, so nothing was recorded.'
  expect(await desk.rank(ranking(id, { by: bob }))).toEqual({ ok: false, say })
  expect(await tasks.get(id)).toMatchObject({ state: 'withdrawn', question: '', prompt: [], candidates: [] })
  expect(await desk.ballot(id, bob, never)).toEqual({
    say: 'This comparison was taken back, so nothing was recorded.',
  })
  expect(await desk.rank(mine)).toEqual({ ok: true })
  expect(await recorded()).toHaveLength(1)
})

test('T6: a task that is withdrawn while its answers are drawn stays so', async () => {
  const { desk, replies, begin, tasks, never } = await open()
  const gate = Promise.withResolvers<void>()
  replies.gate = () => gate.promise
  const id = await begin()
  const waiting = desk.ballot(id, alice, never)
  await tasks.withdraw(id)
  gate.resolve()
  expect(await waiting).toMatchObject({ say: expect.stringContaining('taken back') })
  expect(await tasks.get(id)).toMatchObject({ state: 'withdrawn', candidates: [] })
})

test('S3: a rater who left and was erased is in nothing, and an open form of theirs brings nothing back', async () => {
  const { desk, begin, opened, rankings, ballots, recorded, ranking } = await open()
  const id = await begin()
  await opened(id)
  await desk.rank(ranking(id))
  await Promise.all([rankings.erase(alice), ballots.erase(alice)])
  expect(await desk.rank(ranking(id))).toMatchObject({ ok: false })
  expect(await recorded()).toEqual([])
})

test('nothing to compare, or too many answers: a sentence and no task', async () => {
  const { desk, replies, tasks } = await open()
  const request = { id: 'p', reply: 'r1', by: alice, at: 1 }
  replies.known.set('broken', judged({ answer: answer('b', 'Half', { outcome: 'stopped' }) }))
  replies.known.set('gone', 'deleted')
  for (const bad of [
    { ...request, answers: 1 },
    { ...request, answers: 10 },
    { ...request, answers: 2.5 },
    { ...request, reply: 'nobody’s' },
    { ...request, reply: 'broken' },
    { ...request, reply: 'gone' },
  ])
    expect(await desk.begin(bad)).toEqual({ say: expect.stringMatching(/\.$/) })
  expect(await Array.fromAsync(tasks.all())).toEqual([])
})

test('the queue offers what a person has not ranked, oldest first, and to nobody what stays elsewhere', async () => {
  const { desk, replies, begin, opened, ranking } = await open()
  for (const nth of [1, 2, 3]) {
    const reply = `q${nth}`
    replies.known.set(
      reply,
      judged({ reply, question: `question ${nth}`, answer: answer(reply, `Said ${nth}.`) }),
    )
    await opened(await begin(2, reply), bob)
  }
  const queue = await desk.queue(alice, 9)
  expect(queue.map(({ question }) => question)).toEqual(['question 1', 'question 2', 'question 3'])
  expect(await desk.queue(alice, 2)).toHaveLength(2)
  expect(await desk.queue(carol, 9)).toEqual([])
  const [{ task } = { task: '' }] = queue
  await opened(task)
  await desk.rank(ranking(task, { order: [['A'], ['B']] }))
  expect((await desk.queue(alice, 9)).map(({ question }) => question)).toEqual(['question 2', 'question 3'])
  replies.known.set('q2', 'deleted')
  expect((await desk.queue(alice, 9)).map(({ question }) => question)).toEqual(['question 3'])
})

test('F6: one ranking in twenty comes back to the same person a day later, in an order of its own', async () => {
  const { desk, replies, begin, opened, tasks, clock, ranking } = await open()
  const many = 120
  for (let nth = 0; nth < many; nth += 1) {
    const reply = `m${nth}`
    replies.known.set(
      reply,
      judged({ reply, question: `question ${nth}`, answer: answer(reply, `Said ${nth}.`) }),
    )
    const id = await begin(4, reply)
    await opened(id)
    await desk.rank(ranking(id))
  }
  const repeats = (await Array.fromAsync(tasks.all())).filter(({ repeatsOf }) => repeatsOf !== undefined)
  // Seeded by the tasks' names, so always as many: 5 % of 120 would be 6.
  expect(repeats.length).toBeGreaterThanOrEqual(2)
  expect(repeats.length).toBeLessThanOrEqual(12)
  const isRepeat = new Set(repeats.map(({ id }) => id))
  const queued = async (person: typeof alice) =>
    (await desk.queue(person, many)).filter(({ task }) => isRepeat.has(task))
  expect(await queued(alice)).toEqual([])
  await clock.advance(DAY_MS)
  expect(await queued(alice)).toHaveLength(repeats.length)
  expect(await queued(bob)).toEqual([])
  const id = repeats[0]?.id ?? ''
  expect(await desk.ballot(id, bob, new AbortController().signal)).toEqual({
    say: 'This comparison is for somebody else.',
  })
  await opened(id)
  await desk.rank(ranking(id))
  expect(await queued(alice)).toHaveLength(repeats.length - 1)
})
