import { reactionKey } from './emoji.ts'
import type { EventOf, FeedbackEvent } from './event.ts'
import type { PolarityOf, RaterVote } from './fold.ts'
import { inOrder } from './order.ts'

type Added = EventOf<'reaction_added'>
type Pressed = EventOf<'vote'>
type Cleared = EventOf<'reactions_cleared'>
type Step = Added | EventOf<'reaction_removed'> | Cleared | Pressed

/**
 * What one person thinks of one reply.
 *
 * @param events all of theirs about it, each once.
 * @param clears what moderators took off its messages.
 * @returns undefined when nothing of it ever was a vote.
 */
export function foldRater(
  rater: string,
  events: readonly FeedbackEvent[],
  clears: readonly Cleared[],
  polarityOf: PolarityOf,
): RaterVote | undefined {
  const standing = new Standing(polarityOf)
  let last: Vote | undefined
  let changes = 0
  for (const step of stepsOf(events, clears)) {
    standing.take(step)
    const now = standing.vote()
    if (now === undefined) continue
    if (last !== undefined && last.value !== now.value) changes += 1
    last = now
  }
  if (last === undefined) return undefined
  const decides = standing.vote()
  const { at, version, model, promptVersion, arm } = last.by
  return {
    ...{ rater, value: decides?.value ?? 0, changes, at },
    requester: events.some((event) => 'requester' in event && event.requester),
    by: last.by.kind === 'vote' ? 'button' : 'reaction',
    conflicted: decides !== undefined && standing.disagreesWith(decides),
    ...(version === undefined ? {} : { version }),
    ...(model === undefined ? {} : { model }),
    ...(promptVersion === undefined ? {} : { promptVersion }),
    ...(arm === undefined ? {} : { arm }),
  }
}

/** What decides, and what it says. */
interface Vote {
  readonly by: Added | Pressed
  readonly value: 1 | -1
}

/** Where a person stands after some of what they did. */
class Standing {
  readonly #polarityOf: PolarityOf
  /** Reactions that are there, by message and emoji, in the order in which they were put there. */
  readonly #active = new Map<string, Added>()
  #pressed: Pressed | undefined

  constructor(polarityOf: PolarityOf) {
    this.#polarityOf = polarityOf
  }

  take(step: Step): void {
    switch (step.kind) {
      case 'vote':
        this.#pressed = step
        break
      case 'reaction_added':
        // Taken out first, so that it stands last.
        this.#active.delete(keyOf(step))
        this.#active.set(keyOf(step), step)
        break
      case 'reaction_removed':
        this.#active.delete(keyOf(step))
        break
      case 'reactions_cleared':
        for (const [key, added] of this.#active) if (isClearedBy(added, step)) this.#active.delete(key)
        break
    }
  }

  /** A press, else the newest reaction that means something. */
  vote(): Vote | undefined {
    if (this.#pressed !== undefined)
      return { by: this.#pressed, value: this.#pressed.value === 'good' ? 1 : -1 }
    let newest: Vote | undefined
    for (const by of this.#active.values()) {
      const value = this.#polarityOf(by)
      if (value !== 0) newest = { by, value }
    }
    return newest
  }

  /** Whether there are reactions that say the opposite. A press leaves no doubt. */
  disagreesWith({ by, value }: Vote): boolean {
    if (by.kind === 'vote') return false
    return [...this.#active.values()].some((added) => this.#polarityOf(added) === -value)
  }
}

/**
 * Reactions in the platform's order, and presses, which have none in common with them, put between them by time.
 * Reactions come out in their own order whatever their times say.
 */
function stepsOf(events: readonly FeedbackEvent[], clears: readonly Cleared[]): readonly Step[] {
  const own = events.filter((event) => event.kind === 'reaction_added' || event.kind === 'reaction_removed')
  const reactions: Step[] = [...own, ...clears].toSorted(inOrder)
  const presses = events.filter((event) => event.kind === 'vote').toSorted(inOrder)
  const steps: Step[] = []
  for (const reaction of reactions) {
    while (presses[0] !== undefined && presses[0].at <= reaction.at) steps.push(...presses.splice(0, 1))
    steps.push(reaction)
  }
  return [...steps, ...presses]
}

const keyOf = ({
  message,
  value,
}: {
  readonly message?: string | undefined
  readonly value: string
}): string => `${message ?? ''} ${reactionKey(value)}`

const isClearedBy = (added: Added, { message, value }: Cleared): boolean =>
  added.message === message && (value === undefined || reactionKey(added.value) === reactionKey(value))
