/**
 * Feedback: what people did about replies, kept as events that are only ever added. Rules F1 to F4, S3.
 *
 * A vote is not stored: it is a fold over these events (`fold.ts`), so that any order or repetition of deliveries
 * ends in what the platform shows. Depends on the store only; adapters hand reactions in through the composition root.
 */
import type { PersonRef } from '#core/person.ts'
import type { PersonalData } from '#core/safety/personal-data.ts'
import type { Pseudonyms } from '#core/safety/pseudonyms.ts'
import type { Namespace } from '#core/store/namespaces.ts'
import { OneByOne } from '#core/store/one-by-one.ts'
import type { ShownReplies } from '#core/store/shown-replies.ts'
import type { Transcripts } from '#core/store/transcripts.ts'
import { messageKey } from '#core/thread.ts'
import { EarlyFeedback } from './early.ts'
import { type FeedbackEvent, feedbackEvent, nameOf } from './event.ts'
import type { Replies } from './judged-reply.ts'
import { lookAgain } from './look-again.ts'
import { type Read, readStored } from './older-event.ts'
import type { Reaction } from './reaction.ts'
import { type About, recordedReaction, recordedVote } from './recorded.ts'
import type { Vote } from './vote.ts'

/** One line of `parley feedback list --json`. */
export type LedgerEvent = FeedbackEvent

export interface LedgerDeps {
  readonly events: Namespace
  readonly shown: ShownReplies
  readonly pseudonyms: Pseudonyms
  /** Tells which words were judged, and whether by who asked. Without it, nothing is known of either. */
  readonly replies?: Pick<Replies, 'find'>
  /** Tells when a reply that was still being written is there to be judged. */
  readonly transcripts?: Pick<Transcripts, 'onKept'>
}

/** Events begin with their time; other keys are an index beside them, and come behind them. */
const EVENT_KEY = /^\d/

export class Ledger implements PersonalData {
  readonly holds = 'votes and reactions'
  /**
   * Three kinds of keys: an event under its id; the id under the event's name, so that a redelivery with another
   * time is known; and for a message the replies on which it brought reactions.
   */
  readonly #events: Namespace
  /** By message: what reads a list of replies and writes it back. */
  readonly #writes: OneByOne
  readonly #shown: ShownReplies
  readonly #pseudonyms: Pseudonyms
  readonly #replies: Pick<Replies, 'find'> | undefined
  /** What named no reply of ours when it came. */
  readonly #early = new EarlyFeedback<() => Promise<boolean>>()
  /** On record already, about replies of which nothing was known yet. */
  readonly #unjudged = new EarlyFeedback<() => Promise<boolean>>()

  constructor({ events, shown, pseudonyms, replies, transcripts }: LedgerDeps) {
    this.#events = events
    this.#writes = new OneByOne(events, 'message')
    this.#shown = shown
    this.#pseudonyms = pseudonyms
    this.#replies = replies
    shown.onRemembered(async (names) => {
      for (const name of names) for (const record of this.#early.take(name)) await record()
    })
    transcripts?.onKept(async (ids) => {
      for (const id of ids) for (const complete of this.#unjudged.take(id)) await complete()
    })
  }

  /**
   * Records a reaction on one of our replies.
   *
   * @returns false when the message is not a reply of ours. A redelivered event changes nothing.
   */
  async react(reaction: Reaction): Promise<boolean> {
    return this.#soonOrLater(messageKey(reaction.message), () => this.#recordReaction(reaction))
  }

  /** Records a press on good or bad. False when the reply is not ours; a change of mind is a new event. */
  async vote(vote: Vote): Promise<boolean> {
    return this.#soonOrLater(vote.reply, () => this.#recordVote(vote))
  }

  /** Records what is already known in full: reasons, corrections. @throws ZodError when it is not. */
  async add(event: FeedbackEvent): Promise<'added' | 'known'> {
    return (await this.addAll([event])) === 1 ? 'added' : 'known'
  }

  /** The same for many at once: all of them or none. @returns how many were not there yet. */
  async addAll(events: readonly FeedbackEvent[]): Promise<number> {
    const checked = new Map(events.map((event) => [nameKey(event.id), feedbackEvent.parse(event)]))
    const names = [...checked.keys()]
    if (names.length === 0) return 0
    const known = await this.#events.getMany<string>(names)
    const fresh = [...checked].filter((_, nth) => known[nth] === undefined)
    if (fresh.length === 0) return 0
    await this.#events.setMany<unknown>(
      fresh.flatMap(([name, event]) => [
        { key: event.id, value: event },
        { key: name, value: event.id },
      ]),
    )
    return fresh.length
  }

  /** Every event, oldest first, read a page at a time. @throws Error when a later version of Parley wrote one. */
  async *events(): AsyncGenerator<LedgerEvent> {
    if (this.#events.iterator === undefined) return
    const pseudonymOf = (person: PersonRef) => this.#pseudonyms.of(person)
    for await (const [key, found] of this.#events.iterator()) {
      if (!EVENT_KEY.test(String(key))) return
      yield lineOf(String(key), readStored(found, pseudonymOf))
    }
  }

  async count(person: PersonRef): Promise<number> {
    let count = 0
    for await (const _ of this.#by(person)) count += 1
    return count
  }

  async *export(person: PersonRef): AsyncGenerator<Readonly<Record<string, unknown>>> {
    for await (const event of this.#by(person)) yield { ...event }
  }

  /** The name of each event stays, so that neither a redelivery nor an older export brings it back. */
  async erase(person: PersonRef): Promise<number> {
    let count = 0
    for await (const { id } of this.#by(person)) {
      await this.#events.set(nameKey(id), id)
      await this.#events.delete(id)
      count += 1
    }
    return count
  }

  /** Of all that is on record, only reasons are in somebody's own words. */
  async unname(threads: ReadonlySet<string>, unname: (text: string) => string): Promise<void> {
    for await (const event of this.events()) {
      if (event.kind !== 'reason' || !threads.has(event.thread)) continue
      const text = unname(event.text)
      if (text !== event.text) await this.#events.set(event.id, { ...event, text })
    }
  }

  async *#by(person: PersonRef): AsyncGenerator<LedgerEvent> {
    const rater = this.#pseudonyms.of(person)
    for await (const event of this.events()) if ('rater' in event && event.rater === rater) yield event
  }

  /** Kept first and recorded then, so that a reply that is remembered in between finds it. Recording twice is once. */
  async #soonOrLater(name: string, record: () => Promise<boolean>): Promise<boolean> {
    this.#early.keep(name, record)
    const recorded = await record()
    if (recorded) this.#early.drop(name, record)
    else lookAgain(() => settled(this.#early, name, record))
    return recorded
  }

  async #recordReaction(reaction: Reaction): Promise<boolean> {
    const shown = await this.#shown.find(reaction.message)
    if (shown === undefined) return false
    const key = `on/${messageKey(reaction.message)}`
    const added = reaction.kind === 'reaction_added'
    const replies = await this.#writes.run(key, async () => {
      const before = (await this.#events.get<readonly string[]>(key)) ?? []
      if (added && !before.includes(shown.reply)) await this.#events.set(key, [...before, shown.reply])
      // What is taken off may have been put there when the message showed an earlier answer.
      return added ? [shown.reply] : [...new Set([...before, shown.reply])]
    })
    const { platform } = reaction.message
    const pseudonymOf = (id: string) => this.#pseudonyms.of({ platform, id })
    for (const reply of replies)
      await this.#record(reply, shown.thread, (about) => recordedReaction(reaction, about, pseudonymOf))
    return true
  }

  async #recordVote(vote: Vote): Promise<boolean> {
    const shown = await this.#shown.placeOf(vote.reply)
    if (shown === undefined) return false
    const pseudonymOf = (id: string) => this.#pseudonyms.of({ platform: vote.platform, id })
    await this.#record(vote.reply, shown.thread, (about) => recordedVote(vote, about, pseudonymOf))
    return true
  }

  /** What is said of a reply that is still being written is on record at once, and completed when it is written. */
  async #record(reply: string, thread: string, eventOf: (about: About) => FeedbackEvent): Promise<void> {
    const judged = await this.#replies?.find(reply)
    await this.add(eventOf({ reply, thread, judged: typeof judged === 'object' ? judged : undefined }))
    if (judged !== 'unknown') return
    const complete = async () => {
      const found = await this.#replies?.find(reply)
      if (typeof found !== 'object') return false
      const event = eventOf({ reply, thread, judged: found })
      // It may have been erased meanwhile.
      if ((await this.#events.get(event.id)) !== undefined) await this.#events.set(event.id, event)
      return true
    }
    this.#unjudged.keep(reply, complete)
    if (await complete()) this.#unjudged.drop(reply, complete)
    else lookAgain(() => settled(this.#unjudged, reply, complete))
  }
}

type Waiting = () => Promise<boolean>

/** The reply may have been remembered by another replica (rule F3). */
async function settled(early: EarlyFeedback<Waiting>, name: string, record: Waiting): Promise<boolean> {
  if (!early.has(name, record)) return true
  if (!(await record())) return false
  early.drop(name, record)
  return true
}

const nameKey = (id: string): string => `name/${nameOf(id)}`

function lineOf(id: string, read: Read): LedgerEvent {
  if (read.ok) return read.event
  throw new Error(
    `This version of Parley cannot read the ledger's line ${id} (${read.problem}). Use the version that wrote it, or a later one.`,
  )
}
