import { reactionKey } from './emoji.ts'
import type { EventOf, FeedbackEvent } from './event.ts'
import type { Polarity, PolarityOf, RaterVote } from './fold.ts'
import { inOrder } from './order.ts'

type Added = EventOf<'reaction_added'>
type Pressed = EventOf<'vote'>
type Cleared = EventOf<'reactions_cleared'>
type Step = Added | EventOf<'reaction_removed'> | Cleared | Pressed

/** Where a person stands after some of what they did. */
interface Standing {
  /** Reactions that are there, by message and emoji, in the order in which they were put there. */
  readonly active: ReadonlyMap<string, Added>
  readonly pressed: Pressed | undefined
}

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
  let standing: Standing = { active: new Map(), pressed: undefined }
  let decides: Added | Pressed | undefined
  let value: Polarity = 0
  let last: Added | Pressed | undefined
  let lastValue: Polarity = 0
  let changes = 0
  for (const step of stepsOf(events, clears)) {
    standing = after(standing, step)
    decides = deciding(standing, polarityOf)
    value = decides === undefined ? 0 : polarityBy(decides, polarityOf)
    if (decides === undefined) continue
    if (lastValue !== 0 && lastValue !== value) changes += 1
    last = decides
    lastValue = value
  }
  if (last === undefined) return undefined
  const { at, version, model, promptVersion, arm } = last
  return {
    ...{ rater, value, changes, at },
    requester: events.some((event) => 'requester' in event && event.requester),
    by: last.kind === 'vote' ? 'button' : 'reaction',
    conflicted: decides?.kind === 'reaction_added' && disagrees(standing, value, polarityOf),
    ...(version === undefined ? {} : { version }),
    ...(model === undefined ? {} : { model }),
    ...(promptVersion === undefined ? {} : { promptVersion }),
    ...(arm === undefined ? {} : { arm }),
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

function after({ active, pressed }: Standing, step: Step): Standing {
  switch (step.kind) {
    case 'vote':
      return { active, pressed: step }
    case 'reaction_added': {
      const others = [...active].filter(([key]) => key !== keyOf(step))
      return { active: new Map([...others, [keyOf(step), step]]), pressed }
    }
    case 'reaction_removed':
      return { active: new Map([...active].filter(([key]) => key !== keyOf(step))), pressed }
    case 'reactions_cleared':
      return { active: new Map([...active].filter(([, added]) => !clearedBy(added, step))), pressed }
  }
}

const keyOf = ({
  message,
  value,
}: {
  readonly message?: string | undefined
  readonly value: string
}): string => `${message ?? ''} ${reactionKey(value)}`

const clearedBy = (added: Added, { message, value }: Cleared): boolean =>
  added.message === message && (value === undefined || reactionKey(added.value) === reactionKey(value))

/** A press, else the newest reaction that means something. */
const deciding = ({ active, pressed }: Standing, polarityOf: PolarityOf): Added | Pressed | undefined =>
  pressed ?? [...active.values()].findLast((added) => polarityOf(added) !== 0)

const disagrees = ({ active }: Standing, value: Polarity, polarityOf: PolarityOf): boolean =>
  [...active.values()].some((added) => polarityOf(added) === -value && value !== 0)

function polarityBy(decides: Added | Pressed, polarityOf: PolarityOf): Polarity {
  if (decides.kind === 'reaction_added') return polarityOf(decides)
  return decides.value === 'good' ? 1 : -1
}
