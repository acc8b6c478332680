import { Ballots } from '#core/feedback/ballots.ts'
import type { Ballot, Ranking } from '#core/feedback/comparison-desk.ts'
import { Comparisons } from '#core/feedback/comparisons.ts'
import { Rankings } from '#core/feedback/rankings.ts'
import { ComparisonTasks } from '#core/feedback/tasks.ts'
import { Pseudonyms } from '#core/safety/pseudonyms.ts'
import { openSqliteStore } from '#core/store/sqlite-store.ts'
import { quietLog } from '#test/quiet-log.ts'
import { VirtualClock } from '#test/virtual-clock.ts'
import { alice, FakeReplies } from './judged.ts'

/** The desk for comparisons on a store of its own, with one task or ranking after the other at hand. */
export async function open() {
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
  let submitted = 0
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
    /** The next form that Alice sends, unless `more` says otherwise. */
    ranking: (task: string, more: Partial<Ranking> = {}): Ranking => {
      submitted += 1
      return {
        ...{ id: `form-${submitted}`, task, by: alice, at: 2_000 + submitted, allBad: false },
        order: [['A'], ['B', 'C'], ['D']],
        ...more,
      }
    },
  }
}
