import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Ballots } from '#core/feedback/ballots.ts'
import { Comparisons } from '#core/feedback/comparisons.ts'
import { newestOf } from '#core/feedback/pairs.ts'
import { Rankings } from '#core/feedback/rankings.ts'
import { ComparisonTasks } from '#core/feedback/tasks.ts'
import { Pseudonyms } from '#core/safety/pseudonyms.ts'
import { openSqliteStore } from '#core/store/sqlite-store.ts'
import { quietLog } from '#test/quiet-log.ts'
import { VirtualClock } from '#test/virtual-clock.ts'
import { exampleTask } from './examples.ts'
import { FakeReplies } from './judged.ts'

const people = ['U1', 'U2', 'U3'].map((id) => ({ platform: 'slack', id }))
const orders = [
  [['A'], ['B'], ['C'], ['D']],
  [['D'], ['A', 'B', 'C']],
  [['A', 'B'], ['C']],
  [['A'], ['A']],
]

/** A form that somebody sends: the same `form` again is a redelivery. */
const sent = fc.record({
  form: fc.nat({ max: 11 }),
  task: fc.nat({ max: 1 }),
})

test('F1: any raters who send any forms at once, some of them again: each counts once, the newest of a person stands', async () => {
  const store = openSqliteStore('memory:', quietLog)
  const pseudonyms = await Pseudonyms.open(store.keyv('secrets'))
  let run = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(sent, { minLength: 1, maxLength: 6 }), { maxLength: 5 }),
      async (batches) => {
        run += 1
        const tasks = new ComparisonTasks(store.keyv(`tasks ${run}`), pseudonyms)
        const rankings = new Rankings(store.keyv(`rankings ${run}`), pseudonyms)
        const ballots = new Ballots(store.keyv(`ballots ${run}`), pseudonyms)
        const signal = new AbortController().signal
        const clock = new VirtualClock()
        const judging = {
          replies: new FakeReplies(),
          tasks,
          rankings,
          ballots,
          pseudonyms,
          clock,
          log: quietLog,
          signal,
        }
        const names = [exampleTask(), exampleTask({ id: '0000000001001-b', seed: 'other' })]
        for (const task of names) await tasks.put(task)
        const desk = new Comparisons(judging)
        for (const { id } of names) await Promise.all(people.map((person) => desk.ballot(id, person, signal)))
        const accepted = new Map<string, number>()
        for (const batch of batches) {
          // Each batch meets a desk of its own, as after a restart.
          const later = new Comparisons(judging)
          await Promise.all(
            batch.map(async ({ form, task }) => {
              const [by, order] = [people[form % 3], orders[form % 4]]
              if (by === undefined || order === undefined) throw new Error('no such form')
              const name = names[task]?.id ?? ''
              const id = `${form} ${task}`
              const outcome = await later.rank({ id, task: name, by, order, allBad: false, at: 10 + form })
              expect(outcome.ok).toBe(form % 4 < 2)
              if (outcome.ok) accepted.set(id, form)
            }),
          )
        }
        const kept = await Array.fromAsync(rankings.all())
        expect(kept.map(({ at }) => at - 10).toSorted()).toEqual([...accepted.values()].toSorted())
        const standing = (await Promise.all(names.map(({ id }) => rankings.of(id)))).flat()
        const byId = (records: readonly { readonly id: string }[]) => records.map(({ id }) => id).toSorted()
        expect(byId(standing)).toEqual(byId(newestOf(kept)))
      },
    ),
    { numRuns: 150 },
  )
})
