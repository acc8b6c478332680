/**
 * What a model suggested to trainers, as it came, whatever became of it. A turn that began as one names its record
 * (rules F4, M5, S3).
 */
import type { Keyv } from 'keyv'
import * as z from 'zod'
import type { Pseudonyms } from '#core/safety/pseudonyms.ts'
import { choice } from '../choice.ts'
import { Records } from '../records.ts'

export const suggestion = z
  .object({
    schema: z.literal(1),
    id: z.string().min(1),
    /** Milliseconds since the epoch, when it was asked for. */
    at: z.number(),
    provenance: z.literal('console'),
    /** Pseudonym. */
    trainer: z.string(),
    side: z.enum(['user', 'assistant']),
    text: z.string(),
    /** As the server names it; what people call it where the stream broke off before it was named. */
    model: z.string(),
    /** Of the instruction that the model was given, without the dialogue's own system text. */
    promptVersion: z.string(),
    sampling: z.record(z.string(), z.number()).readonly(),
    /** Present when it was chosen among several. */
    choice: choice.exactOptional(),
    /** `stopped`: the trainer took or ignored what had come. */
    ended: z.enum(['finished', 'cut', 'stopped', 'failed']),
  })
  .readonly()

export type Suggestion = z.infer<typeof suggestion>

/** Namespace `suggestions`. */
export class Suggestions extends Records<Suggestion> {
  readonly holds = 'suggestions you asked for'

  constructor(keyv: Keyv, pseudonyms: Pseudonyms) {
    super(keyv, suggestion, pseudonyms)
  }

  protected peopleIn({ trainer }: Suggestion): readonly string[] {
    return [trainer]
  }
}
