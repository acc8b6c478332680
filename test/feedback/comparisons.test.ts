import { expect, test } from 'vitest'
import { Ballots } from '#core/feedback/ballots.ts'
import type { Ballot, Ranking } from '#core/feedback/comparison-desk.ts'
import { Comparisons } from '#core/feedback/comparisons.ts'
import { LONGEST_REASON } from '#core/feedback/desk.ts'
import { Rankings } from '#core/feedback/rankings.ts'
import { Sampler } from '#core/feedback/sampler.ts'
import { ComparisonTasks } from '#core/feedback/tasks.ts'
import { Pseudonyms } from '#core/safety/pseudonyms.ts'
import { openSqliteStore } from '#core/store/sqlite-store.ts'
import { quietLog } from '#test/quiet-log.ts'
import { VirtualClock } from '#test/virtual-clock.ts'
import { alice, answer, bob, carol, FakeReplies, fault, judged } from './judged.ts'

const DAY_MS = 86_400_000

async function open() {
  const store = openSqliteStore('memory:', quietLog)
  const secrets = store.keyv('secrets')
  // Always the same names for people: what is drawn for them is then always the same too.
  await secrets.set('pseudonym-key', '5a'.repeat(32))
  const pseudonyms = await Pseudonyms.open(secrets)
  const tasks = new ComparisonTasks(store.keyv('tasks'), pseudonyms)
  const rankings = new Rankings(store.keyv('rankings'), pseudonyms)
  const ballots = new Ballots(store.keyv('ballots'), pseudonyms)
  const clock = new VirtualClock(1_000_000)
  const replies = new FakeReplies()
  const never = new AbortController().signal
  /** A process on this store. @param signal kills it. */
  const start = (signal: AbortSignal = never) =>
    new Comparisons({ replies, tasks, rankings, ballots, pseudonyms, clock, log: quietLog, signal })
  const desk = start()
  let presses = 0
  return {
    ...{ desk, start, replies, tasks, rankings, ballots, pseudonyms, clock, never },
    recorded: () => Array.fromAsync(rankings.all()),
    /** Presses "Compare answers" and says which task that made. */
    begin: async (answers?: number, reply = 'r1'): Promise<string> => {
      presses += 1
      const request = { id: `press-${presses}`, reply, by: alice, at: 1_000 + presses }
      const begun = await desk.begin({ ...request, ...(answers === undefined ? {} : { answers }) })
      if ('say' in begun) throw new Error(begun.say)
      return begun.task
    },
    opened: async (task: string, person = alice, on = desk): Promise<Ballot> => {
      const ballot = await on.ballot(task, person, never)
      if ('say' in ballot) throw new Error(ballot.say)
      return ballot
    },
  }
}

let submitted = 0
const ranking = (task: string, more: Partial<Ranking> = {}): Ranking => {
  submitted += 1
  return {
    ...{ id: `form-${submitted}`, task, by: alice, at: 2_000 + submitted, allBad: false },
    order: [['A'], ['B', 'C'], ['D']],
    ...more,
  }
}

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

test('a ballot waits for its answers; a few are drawn at once', async () => {
  const { replies, begin, opened } = await open()
  const ballot = await opened(await begin(9))
  expect(ballot.answers.map(({ slot }) => slot).join('')).toBe('ABCDEFGHI')
  expect([replies.drawn, replies.mostAtOnce]).toEqual([8, 2])
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

test('answers that say the same are drawn again; when they never differ, they count as one', async () => {
  const { replies, begin, opened, tasks } = await open()
  replies.script = ['A monad is a monoid.\r\n', 'Two.', 'Two.', 'Three.']
  const id = await begin(3)
  await opened(id)
  expect((await tasks.get(id))?.candidates.map(({ text }) => text)).toEqual([
    'A monad is a monoid.',
    'Two.',
    'Three.',
  ])
  replies.known.set('r2', judged({ reply: 'r2', answer: answer('r2', 'Other.') }))
  replies.script = ['Same.', 'Same.', 'Same.', 'Same.', 'Same.', 'Same.']
  expect((await opened(await begin(4, 'r2'))).answers).toHaveLength(2)
})

test('single draws that fail cost nothing as long as two answers remain', async () => {
  const { replies, begin, opened } = await open()
  replies.script = [fault(), fault(), fault(), fault(), 'One.']
  expect((await opened(await begin(4))).answers).toHaveLength(3)
})

test('with one answer only, people are told, and opening the form draws on', async () => {
  const { desk, replies, begin, opened, never } = await open()
  replies.script = [fault('quota'), fault('quota')]
  const id = await begin()
  const say = 'The model could not write enough answers to compare. Please try again later.'
  expect(await desk.ballot(id, alice, never)).toEqual({ say })
  expect(replies.drawn).toBeLessThanOrEqual(2)
  expect(await desk.rank(ranking(id))).toMatchObject({ ok: false })
  replies.script = []
  expect((await opened(id)).answers).toHaveLength(4)
})

test('a model that says the same again and again is told as that, and not as one that is away', async () => {
  const { desk, replies, begin, never } = await open()
  replies.script = Array.from({ length: 20 }, () => 'A monad is a monoid.')
  const say = 'The model gives the same answer every time, so there is nothing to compare.'
  expect(await desk.ballot(await begin(), alice, never)).toEqual({ say })
})

test('a process that dies between two answers: the next one draws only what is missing', async () => {
  const { start, replies, tasks, opened } = await open()
  const dying = new AbortController()
  const first = start(dying.signal)
  replies.gate = async () => {
    if (replies.drawn > 2) dying.abort(new Error('killed'))
  }
  const begun = await first.begin({ id: 'p', reply: 'r1', by: alice, at: 1 })
  if ('say' in begun) throw new Error(begun.say)
  await expect(first.ballot(begun.task, alice, new AbortController().signal)).rejects.toThrow('killed')
  const before = await tasks.get(begun.task)
  expect(before?.state).toBe('sampling')
  expect(before?.candidates.length).toBeLessThan(4)
  replies.gate = async () => {}
  const drawnBefore = replies.drawn
  expect((await opened(begun.task, alice, start())).answers).toHaveLength(4)
  expect(replies.drawn - drawnBefore).toBe(4 - (before?.candidates.length ?? 0))
  expect((await tasks.get(begun.task))?.candidates.slice(0, before?.candidates.length)).toEqual(
    before?.candidates,
  )
})

test('who looked before the last answer came draws nothing more: what is ready stays as it is', async () => {
  const { begin, opened, replies, tasks } = await open()
  const id = await begin(3)
  const seen = await tasks.get(id)
  if (seen === undefined) throw new Error('no task')
  await opened(id)
  const late = new Sampler(tasks, new AbortController().signal)
  const filled = await late.fill(seen, (signal) => replies.sample(judged(), signal))
  expect(filled).toMatchObject({ is: 'ready', task: { state: 'ready' } })
  expect([(await tasks.get(id))?.candidates.length, replies.drawn]).toEqual([3, 2])
})

test('who gives up waiting stops nobody else', async () => {
  const { desk, replies, begin, opened } = await open()
  const gate = Promise.withResolvers<void>()
  replies.gate = () => gate.promise
  const id = await begin()
  const impatient = new AbortController()
  const given = desk.ballot(id, bob, impatient.signal)
  const patient = opened(id)
  impatient.abort(new Error('closed the form'))
  await expect(given).rejects.toThrow('closed the form')
  gate.resolve()
  expect((await patient).answers).toHaveLength(4)
})

test('F6: a rater sees one order, however often they open it; what they chose is filled in', async () => {
  const { desk, begin, opened } = await open()
  const id = await begin()
  const first = await opened(id)
  expect(await opened(id)).toEqual(first)
  await desk.rank(ranking(id, { order: [['B', 'D'], ['A'], ['C']], allBad: true }))
  expect((await opened(id)).earlier).toEqual({ order: [['B', 'D'], ['A'], ['C']], allBad: true })
  expect(JSON.stringify(first)).not.toMatch(/script-1|default|comparison/)
})

test('F6: a ranking is kept by answers, with the order that was shown', async () => {
  const { desk, begin, opened, tasks, recorded, pseudonyms } = await open()
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
  const { desk, begin, opened, rankings, recorded, pseudonyms } = await open()
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
  const { desk, begin, opened, recorded } = await open()
  const id = await begin()
  await opened(id)
  expect(await desk.rank(ranking(id, { order: [], allBad: true }))).toEqual({ ok: true })
  const [kept] = await recorded()
  expect(kept).toMatchObject({ order: [kept?.displayed], allBad: true })
})

test('a ranking that cannot be kept is refused with a sentence, and nothing is recorded', async () => {
  const { desk, begin, opened, recorded } = await open()
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
  const { desk, begin, opened, ballots, pseudonyms, recorded } = await open()
  const id = await begin()
  await opened(id)
  await ballots.erase(alice)
  expect(await ballots.dealtTo(id, pseudonyms.of(alice))).toBeUndefined()
  expect(await desk.rank(ranking(id))).toMatchObject({ say: expect.stringContaining('out of date') })
  expect(await recorded()).toEqual([])
})

test('T6: a reply that was deleted meanwhile takes its comparison with it, and loses nobody’s earlier ranking', async () => {
  const { desk, replies, begin, opened, tasks, recorded, never } = await open()
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
  const { desk, begin, opened, rankings, ballots, recorded } = await open()
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
  const { desk, replies, begin, opened } = await open()
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
  const { desk, replies, begin, opened, tasks, clock } = await open()
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
