import type { RankingRecord } from '#core/feedback/rankings.ts'
import type { ComparisonTask, TaskCandidate } from '#core/feedback/tasks.ts'
import type { Finder, Found } from '../build.ts'
import type { Example, Judgement, Made } from '../example.ts'
import { conversation, isPrompt } from './conversation.ts'
import { type FindReply, standing } from './standing.ts'

interface Ranked {
  readonly tasks: () => AsyncIterable<ComparisonTask>
  /** Those whose ranking of a task there is. */
  readonly ratersOf: (task: string) => Promise<readonly string[]>
  /** The one of this person that counts. */
  readonly rankingBy: (rater: string, task: string) => Promise<RankingRecord | undefined>
  readonly find: FindReply
}

/** Comparison tasks with what people made of them. Rankings of who has not agreed are left out, the others count. */
export const rankings = ({ tasks, ratersOf, rankingBy, find }: Ranked): Finder =>
  async function* (consents) {
    for await (const task of tasks()) yield { source: 'rankings', examples: await exampleOf(task) }

    async function exampleOf(task: ComparisonTask): Promise<Found['examples']> {
      // Repeats measure how steady a rater is; they say nothing new.
      if (task.state === 'withdrawn' || task.repeatsOf !== undefined) return 'withdrawn'
      const prompt = conversation(task.prompt)
      const candidates = task.candidates.filter(({ text }) => text.trim() !== '')
      if (!isPrompt(prompt) || candidates.length < 2) return 'incomplete'
      const raters = (await ratersOf(task.id)).toSorted()
      if (raters.length === 0) return 'unranked'
      const agreed: string[] = []
      for (const rater of raters) if (await consents(rater)) agreed.push(rater)
      if (agreed.length === 0) return 'consent'
      const records = await Promise.all(agreed.map((rater) => rankingBy(rater, task.id)))
      const judgements = records.flatMap((record) =>
        record === undefined ? [] : judgementOf(record, candidates),
      )
      if (judgements.length === 0) return 'unranked'
      const said = await find(task.reply)
      const now = standing(prompt, said)
      if (now !== 'stands' || typeof said === 'string') return now === 'stands' ? 'deleted' : now
      const { changedAt = 0 } = said
      if (candidates.some(({ at }) => at < changedAt)) return 'changed'
      const example: Example = {
        ...{
          source: 'rankings',
          record: task.id,
          at: task.at,
          provenance: task.provenance,
          thread: task.thread,
        },
        since: said.since,
        people: [...new Set([...agreed, ...task.speakers])].toSorted(),
        made: candidates.flatMap(({ made }) => (made === undefined ? [] : [madeOf(made)])),
        is: 'ranked',
        ...{ prompt: [...prompt], candidates: candidates.map(({ text }) => text), rankings: judgements },
      }
      return [example]
    }
  }

/** None when it does not name every candidate: a candidate that came later was not judged. */
function judgementOf(
  { order, allBad }: RankingRecord,
  candidates: readonly TaskCandidate[],
): readonly Judgement[] {
  const places = order
    .map((tied) => tied.map((id) => candidates.findIndex((each) => each.id === id)).filter((nth) => nth >= 0))
    .filter((tied) => tied.length > 0)
  return new Set(places.flat()).size === candidates.length && places.flat().length === candidates.length
    ? [{ order: places, allBad }]
    : []
}

export const madeOf = ({ model, promptVersion, sampling, choice }: Made): Made => ({
  ...{ model, promptVersion, sampling },
  ...(choice === undefined ? {} : { choice }),
})
