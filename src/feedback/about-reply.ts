import { type PersonRef, personKey } from '#core/person.ts'
import { EVENT_SCHEMA } from './event.ts'
import type { JudgedReply } from './judged-reply.ts'
import { provenanceOf } from './provenance.ts'

/** What every event of a form says of the reply and of who filled it in (rule F4). @param rater pseudonym. */
export function aboutReply(judged: JudgedReply, by: PersonRef, rater: string) {
  const { platform, thread, reply, version, answer, askedBy } = judged
  const { made } = answer
  return {
    ...({ schema: EVENT_SCHEMA, platform, thread, reply, version } as const),
    ...(made === undefined ? {} : { model: made.model, promptVersion: made.promptVersion, arm: made.arm }),
    provenance: provenanceOf(by.platform),
    rater,
    requester: askedBy.some((asker) => personKey(asker) === personKey(by)),
  }
}
