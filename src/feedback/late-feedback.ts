import { openedOnce } from '#core/opened-once.ts'
import type { ComparisonDesk } from './comparison-desk.ts'
import type { ConsoleDesk } from './console-desk.ts'
import type { FeedbackDesk } from './desk.ts'
import type { Feedback } from './feedback.ts'
import { lateConsole } from './late-console.ts'
import type { Ledger } from './ledger.ts'

export interface LateFeedback extends Pick<Feedback, 'insights' | 'repliesWithFeedback' | 'takeBack'> {
  readonly ledger: Pick<Ledger, 'react' | 'vote' | 'events'>
  readonly desk: FeedbackDesk
  readonly comparisons: ComparisonDesk
  readonly console: ConsoleDesk
  opened(): Promise<Feedback>
}

/**
 * Feedback that is loaded by the first who gives some, takes a message back or looks at what there is: a start, and an
 * answer, need nothing of it.
 */
export function lateFeedback(load: () => Promise<Feedback>): LateFeedback {
  const opened = openedOnce(load)
  return {
    opened,
    ledger: {
      react: async (reaction) => (await opened()).ledger.react(reaction),
      vote: async (vote) => (await opened()).ledger.vote(vote),
      events: async function* () {
        yield* (await opened()).ledger.events()
      },
    },
    desk: {
      replyShownBy: async (message) => (await opened()).desk.replyShownBy(message),
      explain: async (reason) => (await opened()).desk.explain(reason),
      draft: async (reply) => (await opened()).desk.draft(reply),
      correct: async (correction) => (await opened()).desk.correct(correction),
    },
    comparisons: {
      begin: async (request) => (await opened()).comparisons.begin(request),
      ballot: async (...given) => (await opened()).comparisons.ballot(...given),
      rank: async (ranking) => (await opened()).comparisons.rank(ranking),
      queue: async (...given) => (await opened()).comparisons.queue(...given),
    },
    console: lateConsole(async () => (await opened()).console()),
    insights: async () => (await opened()).insights(),
    repliesWithFeedback: async function* () {
      yield* (await opened()).repliesWithFeedback()
    },
    takeBack: async (...given) => (await opened()).takeBack(...given),
  }
}
