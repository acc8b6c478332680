import { expect, test } from 'vitest'
import { type Demonstration, Demonstrations } from '#core/feedback/demonstrations.ts'
import { type RankingRecord, Rankings } from '#core/feedback/rankings.ts'
import { recordId } from '#core/feedback/record-id.ts'
import { ComparisonTasks } from '#core/feedback/tasks.ts'
import { Pseudonyms } from '#core/safety/pseudonyms.ts'
import { openSqliteStore } from '#core/store/sqlite-store.ts'
import { quietLog } from '#test/quiet-log.ts'
import { exampleTask } from './examples.ts'

const alice = { platform: 'slack', id: 'U1' }
const bob = { platform: 'slack', id: 'U2' }

async function open() {
  const store = openSqliteStore('memory:', quietLog)
  const pseudonyms = await Pseudonyms.open(store.keyv('secrets'))
  return {
    pseudonyms,
    demonstrations: new Demonstrations(store.keyv('demonstrations'), pseudonyms),
    tasks: new ComparisonTasks(store.keyv('tasks'), pseudonyms),
    rankings: new Rankings(store.keyv('rankings'), pseudonyms),
    tasksKeyv: store.keyv('tasks'),
  }
}

const demonstration = (at: number, trainer: string, speakers: readonly string[]): Demonstration => ({
  schema: 1,
  id: recordId(at, `d${at}`),
  at,
  provenance: 'slack',
  messages: [
    { role: 'user', content: 'U1: hi', origin: 'human' },
    { role: 'assistant', content: 'Hello.', origin: 'human' },
  ],
  trainer,
  status: 'submitted',
  speakers,
})

const ranking = (at: number, rater: string, task = 'task-1'): RankingRecord => ({
  schema: 1,
  id: recordId(at, `r${at}`),
  at,
  provenance: 'slack',
  task,
  rater,
  displayed: ['b', 'a'],
  order: [['a'], ['b']],
  allBad: false,
})

test('records come oldest first, whatever order they were put in', async () => {
  const { demonstrations } = await open()
  for (const at of [30, 5, 1_700_000_000_000, 9]) await demonstrations.put(demonstration(at, 'p_1', []))
  expect((await Array.fromAsync(demonstrations.all())).map(({ at }) => at)).toEqual([
    5, 9, 30, 1_700_000_000_000,
  ])
})

test('a record of a later version is not taken for one of ours', async () => {
  const { tasks, tasksKeyv } = await open()
  const task = exampleTask()
  await tasksKeyv.set(task.id, { ...task, schema: 2 })
  await expect(tasks.get(task.id)).rejects.toThrow(/schema/)
})

test('S3: a person’s demonstrations, and those with their words, are counted, exported and erased', async () => {
  const { demonstrations, pseudonyms } = await open()
  const [a, b] = [pseudonyms.of(alice), pseudonyms.of(bob)]
  await demonstrations.put(demonstration(1, a, []))
  await demonstrations.put(demonstration(2, b, [a]))
  await demonstrations.put(demonstration(3, b, []))
  expect(await demonstrations.count(alice)).toBe(2)
  const [own, spoken] = await Array.fromAsync(demonstrations.export(alice))
  expect(own).toMatchObject({ trainer: a, messages: [{ content: 'U1: hi' }, { content: 'Hello.' }] })
  expect(spoken).not.toHaveProperty('trainer')
  expect(spoken).toMatchObject({ messages: [{ content: 'U1: hi' }] })
  expect(await demonstrations.erase(alice)).toBe(2)
  expect(await demonstrations.erase(alice)).toBe(0)
  expect((await Array.fromAsync(demonstrations.all())).map(({ at }) => at)).toEqual([3])
})

test('the newest ranking of a person and task counts, in whatever order they come', async () => {
  const { rankings } = await open()
  for (const at of [5, 9, 7]) await rankings.put(ranking(at, 'p_1'))
  expect(await rankings.by('p_1', 'task-1')).toMatchObject({ at: 9 })
  expect(await rankings.by('p_1', 'task-2')).toBeUndefined()
  expect((await Array.fromAsync(rankings.all())).map(({ at }) => at)).toEqual([5, 7, 9])
})

test('any number of people ranking at once are all found', async () => {
  const { rankings } = await open()
  const raters = Array.from({ length: 20 }, (_, nth) => `p_${nth}`)
  await Promise.all(raters.map((rater, nth) => rankings.put(ranking(nth, rater))))
  expect((await rankings.ratersOf('task-1')).toSorted()).toEqual(raters.toSorted())
})

test('S3: an erased ranking is in no index either', async () => {
  const { rankings, pseudonyms } = await open()
  const [a, b] = [pseudonyms.of(alice), pseudonyms.of(bob)]
  await rankings.put(ranking(1, a))
  await rankings.put(ranking(2, a))
  await rankings.put(ranking(3, b))
  expect(await rankings.erase(alice)).toBe(2)
  expect(await rankings.ratersOf('task-1')).toEqual([b])
  expect(await rankings.by(a, 'task-1')).toBeUndefined()
})
