import type { Keyv } from 'keyv'
import type { Speaker } from '#core/thread.ts'
import { AppendLog } from './append-log.ts'

/** What a person said. */
export interface UserMessage {
  readonly role: 'user'
  /** The question's id, so that a question is in the transcript once however often its turn is tried. */
  readonly id: string
  readonly speaker: Speaker
  readonly text: string
  /** Whom the text mentions, by the names that stand in it. */
  readonly named?: readonly Speaker[]
  /** Milliseconds since the epoch. */
  readonly at: number
  /** When its text was edited last, milliseconds since the epoch: answers from before were to other words. */
  readonly changedAt?: number
  /** The same by the platform's clock, which orders the edits of a message (rule T6). */
  readonly editedAt?: number
  /** Its author may not ask there: it was answered with that, and so is its edit (rule S7). */
  readonly barred?: true
}

/** How a reply was made (rules M5, F4): enough to make the same request again. */
export interface Provenance {
  /** As the server named it. */
  readonly model: string
  /** Changes whenever a word of the system prompt does. */
  readonly promptVersion: string
  readonly sampling: Readonly<Record<string, number>>
  /** Which route or experiment arm answered. */
  readonly arm: string
  /** The entries of the transcript that the prompt held: first included, end excluded. */
  readonly prompt: { readonly first: number; readonly end: number }
  readonly usage?: {
    readonly inputTokens: number
    readonly outputTokens: number
    readonly cachedTokens: number
  }
  /** Present when it was chosen among several: `Choice` in src/model/model.ts says what each means. */
  readonly choice?: {
    readonly n: number
    readonly seed: number
    readonly scores: readonly (number | null)[]
    readonly chosen: number
    readonly rewardModel?: string
    readonly by: 'score' | 'shadow' | 'late' | 'failed' | 'only'
  }
}

export type Outcome = 'answered' | 'refused' | 'stopped' | 'failed'

/** One answer that was given, whether it still stands or not. */
export interface Candidate {
  /** The reply's id. */
  readonly id: string
  /** The model's own words; notes that Parley adds for the reader are not in it. */
  readonly text: string
  readonly at: number
  readonly outcome: Outcome
  /** Missing when no model got as far as an answer. */
  readonly made?: Provenance
  /** For `failed`: the kind of `ModelError`. */
  readonly fault?: string
}

/** What the assistant said. */
export interface AssistantMessage extends Candidate {
  readonly role: 'assistant'
  /** Earlier answers to the same prompt, oldest first: comparison data (rule T5). */
  readonly alternatives?: readonly Candidate[]
}

/** What was here was deleted by a person (rule T6): nothing of it is left. */
export interface DeletedMessage {
  readonly role: 'deleted'
  readonly id: string
  readonly at: number
  /**
   * When its author, or who asked for it, had everything of theirs erased, milliseconds since the epoch (rule S3).
   * Answers from before know what was here; those from after do not.
   */
  readonly erased?: number
  /** When it was deleted, by our own clock. */
  readonly changedAt?: number
  /** It was an erased answer: what was asked before it has nothing to do with the next one. */
  readonly answer?: true
}

export type Message = UserMessage | AssistantMessage | DeletedMessage

/** The part of a transcript that a prompt holds. */
export interface Window {
  /** Sequence number of the first message in it. */
  readonly first: number
  readonly messages: readonly Message[]
}

/**
 * Every thread's conversation, from its first word (rule C1). The window's start only moves forward, in large steps
 * (rule C2), and is kept so that the prompt of the next turn begins where this one's did, also after a restart.
 */
export class Transcripts {
  readonly #log: AppendLog<Message>
  readonly #starts: Keyv
  readonly #listeners: ((ids: readonly string[]) => Promise<void>)[] = []
  readonly #onDeleted: ((thread: string, place: number) => Promise<void>)[] = []

  constructor(messages: Keyv, starts: Keyv) {
    this.#log = new AppendLog(messages)
    this.#starts = starts
  }

  /** Told the ids of messages once they can be found. */
  onKept(listener: (ids: readonly string[]) => Promise<void>): void {
    this.#listeners.push(listener)
  }

  /**
   * Told the place of a message that was taken back (rule T6), for whatever keeps copies of the conversation. May be
   * told twice after a crash; when it throws, the deletion is tried again.
   */
  onDeleted(listener: (thread: string, place: number) => Promise<void>): void {
    this.#onDeleted.push(listener)
  }

  /** @returns the number of messages in the thread now. */
  async append(thread: string, messages: readonly Message[]): Promise<number> {
    const length = await this.#log.append(thread, messages)
    await this.#tell(messages.map(({ id }) => id))
    return length
  }

  async window(thread: string): Promise<Window> {
    const first = (await this.#starts.get<number>(thread)) ?? 0
    return { first, messages: await this.#log.from(thread, first) }
  }

  /** Messages from one place to another: first included, end excluded. */
  async range(thread: string, first: number, end: number): Promise<readonly Message[]> {
    return this.#log.from(thread, first, end)
  }

  async startWindowAt(thread: string, first: number): Promise<void> {
    await this.#starts.set(thread, first)
  }

  async isEmpty(thread: string): Promise<boolean> {
    return (await this.#log.length(thread)) === 0
  }

  /** What stands in the place of the message called `id`, however old: another one, when it was replaced. */
  async find(thread: string, id: string): Promise<Message | undefined> {
    return this.#log.get(thread, id)
  }

  /** Puts `message` into the place of the one called `id`. False when the thread has no such message. */
  async replace(thread: string, id: string, message: Message): Promise<boolean> {
    const replaced = await this.#log.replace(thread, id, message)
    if (replaced) await this.#tell([message.id])
    if (message.role === 'deleted') await this.#tellDeleted(thread, message.id)
    return replaced
  }

  /**
   * Changes messages of a thread in place, all of them or none. For what goes through everything (rule S3): nobody is
   * told. @param change gives those that are another from now on, by their places.
   */
  async rewrite(
    thread: string,
    change: (messages: readonly Message[]) => readonly { readonly place: number; readonly entry: Message }[],
  ): Promise<number> {
    const changed = change(await this.#log.from(thread, 0))
    await this.#log.overwrite(thread, changed)
    return changed.length
  }

  /** Every message of every thread, read a page at a time, also those that a crash left where nobody reads. */
  async *all(): AsyncGenerator<{
    readonly thread: string
    readonly place: number
    readonly message: Message
  }> {
    for await (const { list, place, entry } of this.#log.all()) yield { thread: list, place, message: entry }
  }

  async #tellDeleted(thread: string, id: string): Promise<void> {
    const place = await this.#log.placeOf(thread, id)
    if (place === undefined) return
    for (const listener of this.#onDeleted) await listener(thread, place)
  }

  async #tell(ids: readonly string[]): Promise<void> {
    await Promise.all(this.#listeners.map((listener) => listener(ids)))
  }
}
