import type * as z from 'zod'
import type { FORMATS } from '#core/learning/dataset/formats.ts'
import type { Judged } from '../reward-model.ts'
import type { Element, Preference } from './elements.ts'

export type RankRow = z.infer<typeof FORMATS.rank>

/** Votes for one answer over another, by their numbers in the element. */
interface Votes {
  readonly first: number
  readonly second: number
  forFirst: number
  forSecond: number
}

interface Gathered {
  readonly conversation: Judged['conversation']
  /** Number of each answer by its text: the same text is the same answer, whoever ranked it. */
  readonly answers: Map<string, number>
  readonly votes: Map<string, Votes>
  /** Of all rankings of the prompt. */
  weight: number
}

/**
 * Rankings as elements, one a prompt, whoever ranked and in however many tasks: a prompt is never split (rule L1).
 * Ties say nothing; where raters disagree, the label is the share of their votes. What everybody ties is left out.
 */
export function elementsOf(rows: Iterable<RankRow>): readonly Element<Judged>[] {
  const prompts = new Map<string, Gathered>()
  for (const row of rows) {
    const key = JSON.stringify(row.prompt)
    const gathered = prompts.get(key) ?? gather(row.prompt)
    prompts.set(key, gathered)
    add(gathered, row)
  }
  return [...prompts.values()].map(elementOf).filter(({ preferences }) => preferences.length > 0)
}

const gather = (conversation: Judged['conversation']): Gathered => ({
  ...{ conversation, answers: new Map(), votes: new Map(), weight: 0 },
})

function add(gathered: Gathered, { candidates, order, weight }: RankRow): void {
  gathered.weight += weight
  const numbers = candidates.map(({ content }) => {
    const number = gathered.answers.get(content) ?? gathered.answers.size
    gathered.answers.set(content, number)
    return number
  })
  // As in the InstructGPT paper: all pairs of a ranking together weigh as much as the ranking.
  const vote = (weight * 2) / (candidates.length * (candidates.length - 1))
  for (const [place, better] of order.entries())
    for (const worse of order.slice(place + 1).flat())
      for (const each of better) count(gathered.votes, numbers[each] ?? 0, numbers[worse] ?? 0, vote)
}

function count(all: Map<string, Votes>, better: number, worse: number, vote: number): void {
  if (better === worse) return
  const [first, second] = better < worse ? [better, worse] : [worse, better]
  const key = `${first} ${second}`
  const votes = all.get(key) ?? { first, second, forFirst: 0, forSecond: 0 }
  all.set(key, votes)
  if (better === first) votes.forFirst += vote
  else votes.forSecond += vote
}

const elementOf = ({ conversation, answers, votes, weight }: Gathered): Element<Judged> => ({
  answers: [...answers.keys()].map((answer) => ({ conversation, answer })),
  preferences: [...votes.values()].map((each) => preferenceOf(each, weight)),
})

/** @param whole weight of the prompt's rankings, which become 1 together */
function preferenceOf({ first, second, forFirst, forSecond }: Votes, whole: number): Preference {
  const all = forFirst + forSecond
  const [better, worse, won] = forFirst >= forSecond ? [first, second, forFirst] : [second, first, forSecond]
  return { better, worse, share: won / all, weight: all / whole }
}
