import type { RaterVote, ReplyFeedback } from '#core/feedback/fold.ts'
import type { PersonRef } from '#core/person.ts'
import type { Finder, Found } from '../build.ts'
import type { Example } from '../example.ts'
import { conversation, isPrompt } from './conversation.ts'
import { madeOf } from './rankings.ts'
import type { FindReply } from './standing.ts'

interface Voted {
  /** What all events about each reply come to. */
  readonly replies: () => AsyncIterable<ReplyFeedback>
  readonly find: FindReply
  readonly pseudonym: (person: PersonRef) => string
  /** Where text of this platform comes from. */
  readonly provenance: (platform: string) => string
}

/** A vote of who asked counts double. */
const REQUESTER = 2
/** Where people disagree, one side must be ahead by this much. */
const DECIDED = 2

/** Replies that people found good or bad: only where they agree, or one side is well ahead. */
export const votes = ({ replies, find, pseudonym, provenance }: Voted): Finder =>
  async function* (consents) {
    for await (const feedback of replies()) yield { source: 'votes', examples: await exampleOf(feedback) }

    async function exampleOf({ reply, platform, thread, votes }: ReplyFeedback): Promise<Found['examples']> {
      const found = await find(reply)
      if (found === 'deleted' || found === 'unknown') return 'deleted'
      // Those who judged other words, which stood there before, say nothing about these.
      const cast = votes.filter(
        ({ value, version }) => value !== 0 && (version ?? found.version) === found.version,
      )
      const agreed: RaterVote[] = []
      for (const vote of cast) if (await consents(vote.rater)) agreed.push(vote)
      if (agreed.length === 0 && cast.length > 0) return 'consent'
      const good = verdict(agreed)
      if (good === undefined) return 'undecided'
      const { answer, prompt, speakers, since, changedAt = 0 } = found
      if (answer.at < changedAt) return 'changed'
      const turns = conversation([{ role: 'system', content: prompt.system }, ...prompt.turns])
      if (!isPrompt(turns) || answer.text.trim() === '') return 'incomplete'
      const people = [...agreed.map(({ rater }) => rater), ...speakers.map(pseudonym)]
      const example: Example = {
        ...{ source: 'votes', record: reply, at: answer.at, provenance: provenance(platform), thread },
        ...{ since },
        people: [...new Set(people)].toSorted(),
        made: answer.made === undefined ? [] : [madeOf(answer.made)],
        ...{ is: 'voted', prompt: [...turns], answer: answer.text, good },
      }
      return [example]
    }
  }

/** Good, bad, or undefined where it is open. */
export function verdict(votes: readonly Pick<RaterVote, 'value' | 'requester'>[]): boolean | undefined {
  const sum = votes.reduce((total, { value, requester }) => total + value * (requester ? REQUESTER : 1), 0)
  const isUnanimous = new Set(votes.map(({ value }) => value)).size === 1
  if (sum === 0 || (!isUnanimous && Math.abs(sum) < DECIDED)) return undefined
  return sum > 0
}
