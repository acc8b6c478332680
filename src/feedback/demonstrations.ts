/**
 * Demonstrations: dialogues in which a person wrote what the assistant should say. Written whole in the trainer
 * console, or as a correction of one reply. Rules F4, S2, S3.
 */
import type { Keyv } from 'keyv'
import * as z from 'zod'
import type { Pseudonyms } from '#core/safety/pseudonyms.ts'
import { provenance } from './provenance.ts'
import { Records } from './records.ts'

const count = z.int().nonnegative()

const message = z
  .object({
    role: z.enum(['system', 'user', 'assistant']),
    content: z.string(),
    /** Who wrote it. A suggestion that was ignored leaves `human`. */
    origin: z.enum(['human', 'model', 'suggested_accepted', 'suggested_edited']).exactOptional(),
    /** What a model had written, when a person took or edited it. */
    suggestion: z.string().exactOptional(),
    suggestionModel: z.string().exactOptional(),
    /** From the suggestion to the content; see `edit-distance.ts`. */
    editDistance: count.exactOptional(),
  })
  .readonly()

export const demonstration = z
  .object({
    schema: z.literal(1),
    id: z.string().min(1),
    /** Milliseconds since the epoch, when it was begun. */
    at: z.number(),
    provenance,
    /** System, user and assistant; what the trainer wants the assistant to say stands last. */
    messages: z.array(message).readonly(),
    /** Pseudonym. */
    trainer: z.string(),
    status: z.enum(['draft', 'submitted', 'reviewed', 'rejected']),
    /** For a correction: what was corrected. The original answer is the `suggestion` of the last message. */
    of: z
      .object({
        reply: z.string(),
        version: z.string(),
        /** The entries of the transcript that are in `messages`: first included, end excluded. */
        prompt: z.object({ first: z.number(), end: z.number() }).readonly().exactOptional(),
      })
      .readonly()
      .exactOptional(),
    /** `threadKey`, where it was said in one: datasets are split by it (rule L1). */
    thread: z.string().exactOptional(),
    /** Pseudonyms of people whose words are in `messages`, the trainer aside. */
    speakers: z.array(z.string()).readonly(),
    /** When it was last written to, milliseconds since the epoch. */
    changedAt: z.number().exactOptional(),
    review: z
      .object({ by: z.string(), at: z.number(), note: z.string().exactOptional() })
      .readonly()
      .optional(),
  })
  .readonly()

export type Demonstration = z.infer<typeof demonstration>
export type DemonstrationMessage = z.infer<typeof message>

/** Namespace `demonstrations`. */
export class Demonstrations extends Records<Demonstration> {
  readonly holds = 'better replies and dialogues'

  constructor(keyv: Keyv, pseudonyms: Pseudonyms) {
    super(keyv, demonstration, pseudonyms)
  }

  protected peopleIn({ trainer, speakers }: Demonstration): readonly string[] {
    return [trainer, ...speakers]
  }

  /** What another person wrote as the better reply is theirs: a speaker sees the conversation before it. */
  protected override seenBy(record: Demonstration, person: string): Readonly<Record<string, unknown>> {
    if (record.trainer === person) return { what: 'demonstration', ...record }
    const { id, at, thread, messages } = record
    return { what: 'conversation in a demonstration', id, at, thread, messages: messages.slice(0, -1) }
  }
}
