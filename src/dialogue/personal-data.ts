/**
 * What the dialogue keeps of a person: messages in threads, questions that wait, and where answers to them stand.
 * Rule S3. Reads everything, because nothing is indexed by person: view, export and erasing are rare.
 */
import type { Clock } from '#core/clock.ts'
import type { PersonRef } from '#core/person.ts'
import type { PersonalData, Traces } from '#core/safety/personal-data.ts'
import { unnamer, withStrings } from '#core/safety/unname.ts'
import type { ShownReplies } from '#core/store/shown-replies.ts'
import type { Transcripts, UserMessage } from '#core/store/transcripts.ts'
import type { Inbox } from '#core/turns/inbox.ts'
import { erasedThread, erasedTurn, repliesTo } from './erasure.ts'
import { readErrand } from './errand.ts'
import type { Question } from './question.ts'

export interface ConversationDeps {
  readonly transcripts: Transcripts
  readonly shownReplies: ShownReplies
  readonly inbox: Inbox
  readonly clock: Clock
  /** Stops the reply that is written to these questions of a thread, if nobody else asked for it. */
  readonly withdraw: (thread: string, questions: readonly string[]) => Promise<void>
}

/** An answer that is being written ends within a second of its stop; one of a dead process within a lease. */
const LOOK_AGAIN_MS = 250
const LONGEST_WAIT_MS = 30_000

/** What a pass over everything found. */
interface Found extends Traces {
  readonly questions: ReadonlyMap<string, string>
  /** Also those with what an earlier erasing left. */
  readonly threads: ReadonlySet<string>
  readonly messages: number
}

export class Conversations implements PersonalData {
  readonly holds = 'messages'
  readonly #deps: ConversationDeps

  constructor(deps: ConversationDeps) {
    this.#deps = deps
  }

  async count(person: PersonRef): Promise<number> {
    let count = 0
    for await (const _ of this.export(person)) count += 1
    return count
  }

  async *export(person: PersonRef): AsyncGenerator<Readonly<Record<string, unknown>>> {
    for await (const { thread, message } of this.#messagesOf(person)) {
      const { id, text, at, speaker } = message
      yield { thread, id, at, name: speaker.name, text }
    }
    for (const { thread, question } of await this.#waiting(person))
      yield { thread, id: question.id, at: question.sentAt, name: question.speaker.name, text: question.text }
  }

  async traces(person: PersonRef): Promise<Traces> {
    const { names, threads } = await this.#traces(person)
    const waiting = await this.#waiting(person)
    return {
      names: new Set([...names, ...waiting.map(({ question }) => question.speaker.name)]),
      threads: new Set([...threads, ...waiting.map(({ thread }) => thread)]),
    }
  }

  /**
   * An answer that is being written meanwhile is stopped, waited for, and taken out as well.
   * @throws Error when it does not end; what is there by then is erased.
   */
  async erase(person: PersonRef): Promise<number> {
    const { found, busy } = await this.#erase(person)
    if (busy.length === 0) return found
    await this.#ended(busy)
    const again = await this.#erase(person)
    return found + again.found
  }

  async #erase(person: PersonRef): Promise<{ readonly found: number; readonly busy: readonly string[] }> {
    const { inbox, transcripts, shownReplies, withdraw } = this.#deps
    const traces = await this.#traces(person)
    const waiting = await this.#waiting(person)
    const names = new Set([...traces.names, ...waiting.map(({ question }) => question.speaker.name)])
    const questions = new Map([
      ...traces.questions,
      ...waiting.map(({ thread, question }) => [question.id, thread] as const),
    ])
    const unname = unnamer([...names, ''].map((name) => ({ id: person.id, name })))
    const erasing = {
      id: person.id,
      now: this.#deps.clock.now(),
      unname,
      isTheirs: (question: string) => questions.has(question),
    }

    const begun: string[] = []
    const busy = await inbox.revise((unfinished) => {
      if (!unfinished.deliveries[0]?.thread.startsWith(prefixOf(person))) return undefined
      const revision = erasedTurn(unfinished, erasing)
      if (revision?.reply !== undefined) begun.push(revision.reply)
      return revision
    })
    for (const reply of begun) await shownReplies.forgetPlace(reply)
    for (const thread of traces.threads) {
      // Before the questions go: by them it is known where their answers stand.
      const messages = await transcripts.range(thread, 0, Number.POSITIVE_INFINITY)
      for (const reply of repliesTo(messages, erasing)) await shownReplies.forgetPlace(reply)
      await transcripts.rewrite(thread, (now) => erasedThread(now, erasing))
    }
    await this.#eraseStrays(person)
    await shownReplies.rewritePlaces((place) => {
      if (place.platform !== person.platform) return place
      const isTraced = traces.threads.has(place.thread)
      return withStrings(place, (text, key) => {
        if (text === person.id) return ''
        return isTraced && key === PLACE_NAME ? unname(text) : text
      })
    })
    await inbox.forgetInIds(person.id)
    const byThread = Map.groupBy(questions, ([, thread]) => thread)
    for (const [thread, theirs] of byThread)
      await withdraw(
        thread,
        theirs.map(([question]) => question),
      )
    return { found: traces.messages + waiting.length, busy }
  }

  /** What an append that did not happen left beyond the end of its thread. */
  async #eraseStrays(person: PersonRef): Promise<void> {
    for await (const { thread, place, message } of this.#messagesOf(person)) {
      const { id, at } = message
      const entry = { role: 'deleted', id, at, erased: this.#deps.clock.now() } as const
      await this.#deps.transcripts.rewrite(thread, () => [{ place, entry }])
    }
  }

  async #traces(person: PersonRef): Promise<Found> {
    const names = new Set<string>()
    const questions = new Map<string, string>()
    const threads = new Set<string>()
    let messages = 0
    for await (const { thread, message } of this.#deps.transcripts.all()) {
      if (!thread.startsWith(prefixOf(person))) continue
      if (message.role === 'deleted' && message.erased !== undefined) threads.add(thread)
      if (message.role !== 'user') continue
      for (const { id, name } of message.named ?? []) {
        if (id !== person.id) continue
        names.add(name)
        threads.add(thread)
      }
      if (message.speaker.id !== person.id) continue
      names.add(message.speaker.name)
      questions.set(message.id, thread)
      threads.add(thread)
      messages += 1
    }
    return { names, questions, threads, messages }
  }

  async *#messagesOf(person: PersonRef) {
    for await (const { thread, place, message } of this.#deps.transcripts.all())
      if (thread.startsWith(prefixOf(person)) && isBy(message, person.id)) yield { thread, place, message }
  }

  /** What is in the transcript already is not waiting, also while it is being answered. */
  async #waiting(person: PersonRef) {
    const found: { readonly thread: string; readonly question: Question }[] = []
    await this.#deps.inbox.revise(({ deliveries }) => {
      for (const { thread, body } of deliveries) {
        const errand = readErrand(body)
        const isTheirs = errand.kind === 'question' && errand.question.speaker.id === person.id
        if (isTheirs && thread.startsWith(prefixOf(person))) found.push({ thread, question: errand.question })
      }
      return undefined
    })
    const kept = await Promise.all(
      found.map(({ thread, question }) => this.#deps.transcripts.find(thread, question.id)),
    )
    return found.filter((_, nth) => kept[nth] === undefined)
  }

  async #ended(threads: readonly string[]): Promise<void> {
    const { inbox, clock } = this.#deps
    for (let waited = 0; waited < LONGEST_WAIT_MS; waited += LOOK_AGAIN_MS) {
      const held = await Promise.all(threads.map((thread) => inbox.isHeld(thread)))
      if (!held.includes(true)) return
      await clock.sleep(LOOK_AGAIN_MS)
    }
    throw new Error('An answer is still being written. Erase again when it has ended.')
  }
}

/** In a `Question.place`, what people wrote stands under this key; the rest is for the adapter to read. */
const PLACE_NAME = 'name'

const isBy = (message: { readonly role: string }, id: string): message is UserMessage =>
  message.role === 'user' && 'speaker' in message && Object(message.speaker).id === id

/** Keys of threads begin with their platform: ids of two platforms may look alike. */
const prefixOf = ({ platform }: PersonRef): string => `${encodeURIComponent(platform)}:`
