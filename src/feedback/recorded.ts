/** From what adapters hand over to what the ledger keeps. Pure. */
import { messageKey } from '#core/thread.ts'
import { EVENT_SCHEMA, type FeedbackEvent } from './event.ts'
import type { JudgedReply } from './judged-reply.ts'
import { provenanceOf } from './provenance.ts'
import type { Reaction } from './reaction.ts'
import { recordId } from './record-id.ts'
import type { Vote } from './vote.ts'

/** The reply that is judged. */
export interface About {
  readonly reply: string
  /** `threadKey` of its thread. */
  readonly thread: string
  /** Undefined where the reply is still being written, or is no longer there. */
  readonly judged: Pick<JudgedReply, 'version' | 'answer' | 'askedBy'> | undefined
}

export type PseudonymOf = (rater: string) => string

export function recordedReaction(reaction: Reaction, about: About, pseudonymOf: PseudonymOf): FeedbackEvent {
  const { platform } = reaction.message
  const common = {
    // One reaction may be about several replies; each has a record of its own.
    ...{ id: recordId(reaction.at, `${reaction.id} ${about.reply}`), at: reaction.at },
    ...commonOf(platform, about),
    message: messageKey(reaction.message),
    ...(reaction.order === undefined ? {} : { order: reaction.order }),
  }
  switch (reaction.kind) {
    case 'reaction_added':
    case 'reaction_removed': {
      const { kind, value, rater } = reaction
      return { kind, ...common, ...personOf(platform, rater, about, pseudonymOf), value }
    }
    case 'reactions_cleared':
      return {
        ...{ kind: reaction.kind, ...common },
        ...(reaction.value === undefined ? {} : { value: reaction.value }),
      }
  }
}

export function recordedVote(vote: Vote, about: About, pseudonymOf: PseudonymOf): FeedbackEvent {
  const { platform, rater, value, at } = vote
  return {
    ...{ kind: 'vote', id: recordId(at, vote.id), at },
    ...commonOf(platform, about),
    ...personOf(platform, rater, about, pseudonymOf),
    value,
  }
}

function commonOf(platform: string, { reply, thread, judged }: About) {
  const made = judged?.answer.made
  return {
    ...({ schema: EVENT_SCHEMA, platform, thread, reply, provenance: provenanceOf(platform) } as const),
    ...(judged === undefined ? {} : { version: judged.version }),
    ...(made === undefined ? {} : { model: made.model, promptVersion: made.promptVersion, arm: made.arm }),
  }
}

const personOf = (platform: string, rater: string, { judged }: About, pseudonymOf: PseudonymOf) => ({
  rater: pseudonymOf(rater),
  requester: judged?.askedBy.some((asker) => asker.platform === platform && asker.id === rater) ?? false,
})
