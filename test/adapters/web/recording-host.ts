import type { Host, Platform } from '#adapters/platform.ts'
import type { ReplySurface } from '#core/delivery/surface.ts'
import type { Question } from '#core/dialogue/question.ts'
import type { Reaction } from '#core/feedback/reaction.ts'
import { quietLog } from '#test/quiet-log.ts'

/** A core that remembers what it was told. It answers nothing by itself unless `onQuestion` does. */
export interface RecordingHost extends Host {
  readonly questions: readonly Question[]
  readonly reactions: readonly Reaction[]
  /** Every call of `accept`, repeated ones too. */
  readonly deliveries: readonly string[]
  /** Calls of `accept` and `react` fail while it is set, as when the store is down. */
  broken: boolean
}

export function recordingHost(onQuestion: (question: Question) => void = () => undefined): RecordingHost {
  const questions: Question[] = []
  const reactions: Reaction[] = []
  const deliveries: string[] = []
  const host: RecordingHost = {
    questions,
    reactions,
    deliveries,
    broken: false,
    log: quietLog,
    async accept(question) {
      deliveries.push(question.id)
      if (host.broken) throw new Error('the store is down')
      if (questions.some(({ id }) => id === question.id)) return 'duplicate'
      questions.push(question)
      onQuestion(question)
      return 'accepted'
    },
    async owns(thread) {
      return questions.some((question) => question.thread.root === thread.root)
    },
    async react(reaction) {
      if (host.broken) throw new Error('the store is down')
      reactions.push(reaction)
    },
  }
  return host
}

/** A reply that a test writes word by word. */
export interface Reply {
  readonly surface: ReplySurface
  grow(text: string): Promise<readonly string[]>
  finish(text: string): Promise<readonly string[]>
}

export function replyTo(platform: Platform, question: Question, shown: readonly string[] = []): Reply {
  const surface = platform.open(question.place, shown)
  const { signal } = new AbortController()
  return {
    surface,
    grow: (text) => surface.show({ parts: [text], finished: false }, signal),
    finish: (text) => surface.show({ parts: [text], finished: true }, signal),
  }
}
