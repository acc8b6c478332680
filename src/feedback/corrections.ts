/**
 * A better reply, written by a person, as a demonstration for exactly the prompt that the reply answered. Pure (rules
 * F4, M5): the model's answer stays with it, so that both together are a preference pair too.
 */
import type { Candidate } from '#core/store/transcripts.ts'
import type { Demonstration, DemonstrationMessage } from './demonstrations.ts'
import { type Correction, LONGEST_CORRECTION } from './desk.ts'
import { editDistance } from './edit-distance.ts'
import type { JudgedReply } from './judged-reply.ts'
import { messagesOf } from './new-task.ts'
import { provenanceOf } from './provenance.ts'
import { recordId } from './record-id.ts'
import { SAYINGS, tooLong } from './sayings.ts'

/** What is wrong with it, in a sentence for the person; undefined when it can be kept. */
export function faultOf({ text }: Correction, original: Candidate): string | undefined {
  if (text.length > LONGEST_CORRECTION) return tooLong('Your reply', text.length, LONGEST_CORRECTION)
  if (text.trim() === '') return SAYINGS.noCorrection
  return plain(text) === plain(original.text) ? SAYINGS.sameCorrection : undefined
}

/** Forms change line ends and trim; that alone corrects nothing. */
const plain = (text: string): string => text.replace(/\r\n?/g, '\n').trim()

/** @param original the answer that the form was filled with. @param trainer pseudonym. */
export function recordedCorrection(
  { id, at, by, version, text }: Correction,
  judged: JudgedReply,
  original: Candidate,
  pseudonymOf: (person: Correction['by']) => string,
): Demonstration {
  const { reply, thread, prompt, speakers } = judged
  const range = original.made?.prompt
  return {
    ...{ schema: 1, id: recordId(at, id), at, provenance: provenanceOf(by.platform) },
    messages: [...messagesOf(prompt).map(withOrigin), corrected(plain(text), original)],
    trainer: pseudonymOf(by),
    status: 'submitted',
    of: { reply, version, ...(range === undefined ? {} : { prompt: range }) },
    thread,
    speakers: speakers.map(pseudonymOf),
  }
}

function withOrigin({ role, content }: ReturnType<typeof messagesOf>[number]): DemonstrationMessage {
  switch (role) {
    case 'system':
      return { role, content }
    case 'user':
      return { role, content, origin: 'human' }
    case 'assistant':
      return { role, content, origin: 'model' }
  }
}

function corrected(content: string, { text, made }: Candidate): DemonstrationMessage {
  if (text.trim() === '') return { role: 'assistant', content, origin: 'human' }
  return {
    ...{ role: 'assistant', content, origin: 'suggested_edited', suggestion: text },
    ...(made === undefined ? {} : { suggestionModel: made.model }),
    editDistance: editDistance(plain(text), content),
  }
}
