import { expect, test } from 'vitest'
import { Sampler } from '#core/feedback/sampler.ts'
import { open } from './given-comparisons.ts'
import { alice, answer, bob, fault, judged } from './judged.ts'

test('a ballot waits for its answers; a few are drawn at once', async () => {
  const { replies, begin, opened } = await open()
  const ballot = await opened(await begin(9))
  expect(ballot.answers.map(({ slot }) => slot).join('')).toBe('ABCDEFGHI')
  expect([replies.drawn, replies.mostAtOnce]).toEqual([8, 2])
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
  const { desk, replies, begin, opened, never, ranking } = await open()
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
