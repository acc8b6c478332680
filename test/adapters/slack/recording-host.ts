import type { Host } from '#adapters/platform.ts'
import type { Question } from '#core/dialogue/question.ts'
import type { Deletion, Edit, RegenerateRequest, Regeneration, StopTarget } from '#core/dialogue/request.ts'
import type { Reaction } from '#core/feedback/reaction.ts'
import type { Vote } from '#core/feedback/vote.ts'
import { threadKey } from '#core/thread.ts'
import { quietLog } from '#test/quiet-log.ts'
import { type RecordingDesks, recordingDesks } from '#test/recording-desks.ts'

export interface RecordingHost extends Host, RecordingDesks {
  /** Each question once, as an inbox keeps them. */
  readonly questions: readonly Question[]
  readonly reactions: readonly Reaction[]
  /** Each press once, as the ledger keeps them. */
  readonly votes: readonly Vote[]
  readonly stops: readonly StopTarget[]
  readonly regenerations: readonly RegenerateRequest[]
  readonly edits: readonly Edit[]
  readonly deletions: readonly Deletion[]
  /** Questions that came again. */
  readonly duplicates: () => number
  /** While true, nothing can be stored. */
  down: boolean
  /** What is said to those who press. */
  answers: { vote: boolean; stop: boolean; regenerate: Regeneration }
}

/** The core as an adapter sees it, in memory. */
export function recordingHost(): RecordingHost {
  const questions: Question[] = []
  const reactions: Reaction[] = []
  const votes: Vote[] = []
  const stops: StopTarget[] = []
  const regenerations: RegenerateRequest[] = []
  const edits: Edit[] = []
  const deletions: Deletion[] = []
  let duplicates = 0
  const up = () => {
    if (host.down) throw new Error('The store is down.')
  }
  const answers: RecordingHost['answers'] = { vote: true, stop: true, regenerate: 'accepted' }
  const host = {
    ...{ questions, reactions, votes, stops, regenerations, edits, deletions, answers },
    duplicates: () => duplicates,
    down: false,
    ...recordingDesks(),
    log: quietLog,
    accept: async (question: Question): Promise<'accepted' | 'duplicate'> => {
      up()
      if (questions.some(({ id }) => id === question.id)) {
        duplicates += 1
        return 'duplicate'
      }
      questions.push(question)
      return 'accepted'
    },
    owns: async (thread: Question['thread']) => {
      up()
      return questions.some((question) => threadKey(question.thread) === threadKey(thread))
    },
    react: async (reaction: Reaction) => {
      up()
      if (!reactions.some(({ id }) => id === reaction.id)) reactions.push(reaction)
    },
    vote: async (vote: Vote) => {
      up()
      if (!votes.some(({ id }) => id === vote.id)) votes.push(vote)
      return answers.vote
    },
    stop: async (target: StopTarget) => {
      up()
      stops.push(target)
      return answers.stop
    },
    regenerate: async (request: RegenerateRequest): Promise<Regeneration> => {
      up()
      if (regenerations.some(({ id }) => id === request.id)) return 'duplicate'
      regenerations.push(request)
      return answers.regenerate
    },
    edited: async (edit: Edit) => {
      up()
      edits.push(edit)
    },
    deleted: async (deletion: Deletion) => {
      up()
      deletions.push(deletion)
    },
  }
  return host
}
