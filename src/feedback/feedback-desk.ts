/**
 * Reasons and better replies: `Host.feedback`. What people say in a form becomes an event in the ledger, and a better
 * reply a demonstration beside it. Rules F1, F3, F4, T6. Nothing is recorded when a sentence is said.
 */
import type { Pseudonyms } from '#core/safety/pseudonyms.ts'
import { versionOf } from '#core/store/answer-version.ts'
import type { ShownReplies } from '#core/store/shown-replies.ts'
import { aboutReply } from './about-reply.ts'
import { faultOf as faultOfCorrection, recordedCorrection } from './corrections.ts'
import type { Demonstrations } from './demonstrations.ts'
import type { Correction, FeedbackDesk, Outcome } from './desk.ts'
import type { JudgedReply, Replies } from './judged-reply.ts'
import type { Ledger } from './ledger.ts'
import { faultOf as faultOfReason, recordedReason } from './reasons.ts'
import { SAYINGS } from './sayings.ts'

export interface FeedbackDeskDeps {
  readonly replies: Pick<Replies, 'find'>
  readonly shown: Pick<ShownReplies, 'find'>
  readonly ledger: Pick<Ledger, 'add'>
  readonly demonstrations: Demonstrations
  readonly pseudonyms: Pseudonyms
}

export function createFeedbackDesk(deps: FeedbackDeskDeps): FeedbackDesk {
  const { replies, shown, ledger, pseudonyms } = deps
  return {
    replyShownBy: async (message) => (await shown.find(message))?.reply,
    explain: async (reason) => {
      const fault = faultOfReason(reason)
      if (fault !== undefined) return no(fault)
      const judged = await replies.find(reason.reply)
      if (typeof judged === 'string') return no(SAYINGS[judged])
      await ledger.add(recordedReason(reason, judged, pseudonyms.of(reason.by)))
      return { ok: true }
    },
    draft: async (reply) => {
      const judged = await replies.find(reply)
      if (typeof judged === 'string') return { say: SAYINGS[judged] }
      return { reply, version: judged.version, text: judged.answer.text }
    },
    correct: async (correction) => {
      const judged = await replies.find(correction.reply)
      if (typeof judged === 'string') return no(SAYINGS[judged])
      return correct(correction, judged, deps)
    },
  }
}

async function correct(
  correction: Correction,
  judged: JudgedReply,
  { ledger, demonstrations, pseudonyms }: FeedbackDeskDeps,
): Promise<Outcome> {
  const { at, by, version } = correction
  const answers = [judged.answer, ...judged.alternatives]
  const original = answers.find(({ text }) => versionOf(text) === version)
  if (original === undefined) return no(SAYINGS.changed)
  const fault = faultOfCorrection(correction, original)
  if (fault !== undefined) return no(fault)
  const demonstration = recordedCorrection(correction, judged, original, (person) => pseudonyms.of(person))
  // The words first: after a crash in between, the form comes again and completes the other half.
  await demonstrations.put(demonstration)
  const about = aboutReply({ ...judged, answer: original, version }, by, demonstration.trainer)
  await ledger.add({
    ...{ kind: 'correction', id: demonstration.id, at, ...about },
    demonstration: demonstration.id,
  })
  return { ok: true }
}

const no = (say: string): Outcome => ({ ok: false, say })
