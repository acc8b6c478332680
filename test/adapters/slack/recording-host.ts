import type { Host } from '#adapters/platform.ts'
import type { Question } from '#core/dialogue/question.ts'
import type { Reaction } from '#core/feedback/reaction.ts'
import { threadKey } from '#core/thread.ts'
import { quietLog } from '#test/quiet-log.ts'

export interface RecordingHost extends Host {
  /** Each question once, as an inbox keeps them. */
  readonly questions: readonly Question[]
  readonly reactions: readonly Reaction[]
  /** Questions that came again. */
  readonly duplicates: () => number
  /** While true, nothing can be stored. */
  down: boolean
}

/** The core as an adapter sees it, in memory. */
export function recordingHost(): RecordingHost {
  const questions: Question[] = []
  const reactions: Reaction[] = []
  let duplicates = 0
  const host = {
    questions,
    reactions,
    duplicates: () => duplicates,
    down: false,
    log: quietLog,
    accept: async (question: Question): Promise<'accepted' | 'duplicate'> => {
      if (host.down) throw new Error('The store is down.')
      if (questions.some(({ id }) => id === question.id)) {
        duplicates += 1
        return 'duplicate'
      }
      questions.push(question)
      return 'accepted'
    },
    owns: async (thread: Question['thread']) => {
      if (host.down) throw new Error('The store is down.')
      return questions.some((question) => threadKey(question.thread) === threadKey(thread))
    },
    react: async (reaction: Reaction) => {
      if (host.down) throw new Error('The store is down.')
      if (!reactions.some(({ id }) => id === reaction.id)) reactions.push(reaction)
    },
  }
  return host
}
