/**
 * Demonstrations: dialogues in which a person wrote what the assistant should say. Written whole in the trainer
 * console, or as a correction of one reply. Rules F4, S2, S3.
 */
import * as z from 'zod'
import type { Pseudonyms } from '#core/safety/pseudonyms.ts'
import type { Namespace } from '#core/store/namespaces.ts'
import { OneByOne } from '#core/store/one-by-one.ts'
import { type IdList, listedIn } from './id-lists.ts'
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
    /** The record of it, which knows how it was made (rule M5); see `console/suggestions.ts`. */
    suggestionId: z.string().exactOptional(),
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
    /** Grows by one with every change that is made in the console. */
    revision: count.exactOptional(),
    /** Who wrote it last, newest at the end: each open page counts its saves. See `console/saving.ts`. */
    saves: z
      .array(z.object({ tab: z.string(), nth: count, revision: count }).readonly())
      .readonly()
      .exactOptional(),
    /** The dialogue of somebody else that this is a version of, as it stood then. */
    versionOf: z.object({ dialogue: z.string(), revision: count }).readonly().exactOptional(),
  })
  .readonly()

export type Demonstration = z.infer<typeof demonstration>
export type DemonstrationMessage = z.infer<typeof message>

/** A dialogue of the trainer console, and no correction. */
export const isDialogue = ({ provenance, of }: Demonstration): boolean =>
  provenance === 'console' && of === undefined

/** Namespace `demonstrations`. Dialogues of the console are listed beside the records, by trainer and while they wait. */
export class Demonstrations extends Records<Demonstration> {
  readonly holds = 'better replies and dialogues'
  /** Lists are read, changed and written as one step. */
  readonly #listing: OneByOne
  readonly #changing: OneByOne

  constructor(keyv: Namespace, pseudonyms: Pseudonyms) {
    super(keyv, demonstration, pseudonyms)
    this.#listing = new OneByOne(keyv, 'listing')
    this.#changing = new OneByOne(keyv, 'dialogue')
  }

  override async put(record: Demonstration): Promise<void> {
    if (!isDialogue(record)) return super.put(record)
    const { id, trainer, status } = record
    await this.#listing.run('', async () => {
      const lists = [
        ...(await listedIn(this.keyv, listOf(trainer), id, true)),
        ...(await listedIn(this.keyv, WAITING, id, status === 'submitted')),
      ]
      await this.keyv.setMany<unknown>([{ key: id, value: record }, ...lists])
    })
  }

  override async delete(id: string): Promise<void> {
    const record = await this.get(id)
    if (record === undefined || !isDialogue(record)) return super.delete(id)
    await this.#listing.run('', async () => {
      const lists = [
        ...(await listedIn(this.keyv, listOf(record.trainer), id, false)),
        ...(await listedIn(this.keyv, WAITING, id, false)),
      ]
      // The record last: a process that dies before is followed by one that finds it.
      if (lists.length > 0) await this.keyv.setMany<unknown>(lists)
      await super.delete(id)
      const own = await this.keyv.get<IdList>(listOf(record.trainer))
      if (own?.length === 0) await this.keyv.delete(listOf(record.trainer))
    })
  }

  /** Nobody else changes this dialogue meanwhile. */
  alone<Result>(id: string, work: () => Promise<Result>): Promise<Result> {
    return this.#changing.run(id, work)
  }

  /** Dialogues that this person writes or wrote in the console, oldest first. @param trainer pseudonym. */
  async dialoguesOf(trainer: string): Promise<readonly Demonstration[]> {
    return this.#listed(listOf(trainer))
  }

  /** Dialogues that wait for a review, the one that waits longest first. */
  async waiting(): Promise<readonly Demonstration[]> {
    return (await this.#listed(WAITING)).filter(({ status }) => status === 'submitted')
  }

  protected override threadOf({ thread }: Demonstration): string | undefined {
    return thread
  }

  protected override reworded(record: Demonstration, change: (text: string) => string): Demonstration {
    const messages = record.messages.map((said) => {
      if (said.role === 'system') return said
      const { content, suggestion } = said
      return {
        ...{ ...said, content: change(content) },
        ...(suggestion === undefined ? {} : { suggestion: change(suggestion) }),
      }
    })
    return { ...record, messages }
  }

  protected override async reword(id: string, change: (text: string) => string): Promise<void> {
    await this.alone(id, () => super.reword(id, change))
  }

  protected peopleIn({ trainer, speakers, review }: Demonstration): readonly string[] {
    return [trainer, ...speakers, ...(review === undefined ? [] : [review.by])]
  }

  /** A dialogue stays when its reviewer goes. */
  protected override without(record: Demonstration, person: string): Demonstration | undefined {
    if (isPartOf(record, person)) return undefined
    const { review: _, ...rest } = record
    return rest
  }

  async #listed(list: string): Promise<readonly Demonstration[]> {
    const ids = (await this.keyv.get<IdList>(list)) ?? []
    const found = await Promise.all(ids.map((id) => this.get(id)))
    return found.filter((record) => record !== undefined)
  }

  /** What another person wrote as the better reply is theirs: a speaker sees the conversation before it. */
  protected override seenBy(record: Demonstration, person: string): Readonly<Record<string, unknown>> {
    if (record.trainer === person) {
      const { review, ...own } = record
      // Who reviewed it is for the reviewer to know.
      const { by: _, ...said } = review ?? { by: '' }
      return { what: 'demonstration', ...own, ...(review === undefined ? {} : { review: said }) }
    }
    if (!isPartOf(record, person)) return { what: 'review', id: record.id, ...record.review }
    const { id, at, thread, messages } = record
    return { what: 'conversation in a demonstration', id, at, thread, messages: messages.slice(0, -1) }
  }
}

/** Whose words, or whose doing, it is. A reviewer's is neither. */
const isPartOf = ({ trainer, speakers }: Demonstration, person: string): boolean =>
  trainer === person || speakers.includes(person)

const WAITING = 'waiting'
const listOf = (trainer: string): string => `trainer/${trainer}`
