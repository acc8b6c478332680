import type { Host, Platform } from '#adapters/platform.ts'
import type { ReplySurface, ReplyView } from '#core/delivery/surface.ts'
import type { Question } from '#core/dialogue/question.ts'
import type { Deletion, Edit, RegenerateRequest, Regeneration, StopTarget } from '#core/dialogue/request.ts'
import type { Reaction } from '#core/feedback/reaction.ts'
import type { Vote } from '#core/feedback/vote.ts'
import { quietLog } from '#test/quiet-log.ts'
import { type RecordingDesks, recordingDesks } from '#test/recording-desks.ts'

/** A core that remembers what it was told. It answers nothing by itself unless `onQuestion` does. */
export interface RecordingHost extends Host, RecordingDesks {
  readonly questions: readonly Question[]
  readonly reactions: readonly Reaction[]
  /** Every call of `accept`, repeated ones too. */
  readonly deliveries: readonly string[]
  readonly votes: readonly Vote[]
  readonly stops: readonly StopTarget[]
  readonly regenerations: readonly RegenerateRequest[]
  readonly edits: readonly Edit[]
  readonly deletions: readonly Deletion[]
  /** Every call that takes something in fails while it is set, as when the store is down. */
  broken: boolean
  /** What `stop` and `vote` answer. */
  known: boolean
  /** What `regenerate` answers. */
  regeneration: Regeneration
}

export function recordingHost(onQuestion: (question: Question) => void = () => undefined): RecordingHost {
  const questions: Question[] = []
  const reactions: Reaction[] = []
  const deliveries: string[] = []
  const votes: Vote[] = []
  const stops: StopTarget[] = []
  const regenerations: RegenerateRequest[] = []
  const edits: Edit[] = []
  const deletions: Deletion[] = []
  const keep = <T>(list: T[], item: T): void => {
    if (host.broken) throw new Error('the store is down')
    list.push(item)
  }
  const host: RecordingHost = {
    questions,
    reactions,
    deliveries,
    votes,
    stops,
    regenerations,
    edits,
    deletions,
    broken: false,
    known: true,
    regeneration: 'accepted',
    ...recordingDesks(),
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
      keep(reactions, reaction)
    },
    async vote(vote) {
      keep(votes, vote)
      return host.known
    },
    async stop(target) {
      keep(stops, target)
      return host.known
    },
    async regenerate(request) {
      keep(regenerations, request)
      return host.regeneration
    },
    async edited(edit) {
      keep(edits, edit)
    },
    async deleted(deletion) {
      keep(deletions, deletion)
    },
  }
  return host
}

/** A reply that a test writes word by word. */
export interface Reply {
  /** As the core names it. */
  readonly name: string
  readonly surface: ReplySurface
  grow(text: string): Promise<readonly string[]>
  finish(text: string): Promise<readonly string[]>
}

export function replyTo(
  platform: Platform,
  question: Question,
  shown: readonly string[] = [],
  reply = newReply(),
): Reply {
  const surface = platform.open(question.place, shown, reply)
  const { signal } = new AbortController()
  return {
    name: reply,
    surface,
    grow: (text) => surface.show(writing(text), signal),
    finish: (text) => surface.show(written(text), signal),
  }
}

let replies = 0
/** A name that no other reply of this test run has. */
export const newReply = (): string => `reply-${++replies}`

export const writing = (...parts: readonly string[]): ReplyView => ({
  parts,
  finished: false,
  controls: ['stop'],
})

export const written = (...parts: readonly string[]): ReplyView => ({
  parts,
  finished: true,
  controls: ['good', 'bad', 'regenerate'],
})
