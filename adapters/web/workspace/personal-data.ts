/**
 * What the workspace keeps of a person: its own copy of what they said, their reactions, their presses, and where
 * they are signed in (rule S3). The core has a copy of its own and erases that itself.
 */
import type Keyv from 'keyv'
import type { PersonRef } from '#core/person.ts'
import type { PersonalData } from '#core/safety/personal-data.ts'
import { unnamer } from '#core/safety/unname.ts'
import type { PersonView, ReactionView, WireEvent } from '../protocol.ts'
import { questionsOf } from './earlier.ts'
import type { Messages } from './messages.ts'
import { UNTITLED } from './own-messages.ts'
import { type MessageRecord, messageId, summary, type ThreadRecord, threadView } from './records.ts'

export interface WorkspaceDataDeps {
  readonly store: Keyv
  readonly messages: Messages
  readonly publish: (event: WireEvent) => void
  /** Open pages read everything anew: what they were told of the person is not told again. */
  readonly forget: () => void
}

/** Stands for whoever was erased. */
const NOBODY: PersonView = { id: 'erased', name: 'Somebody who left' }

/** How far back the questions of one answer are looked for, in messages. */
const QUESTIONS_WINDOW = 64

export class WorkspaceData implements PersonalData {
  readonly holds = 'entries in the web workspace'
  readonly #deps: WorkspaceDataDeps

  constructor(deps: WorkspaceDataDeps) {
    this.#deps = deps
  }

  async count(person: PersonRef): Promise<number> {
    let count = 0
    for await (const _ of this.export(person)) count += 1
    return count
  }

  async *export({ platform, id }: PersonRef): AsyncGenerator<Readonly<Record<string, unknown>>> {
    if (platform !== 'web') return
    for await (const [key, value] of this.#entries()) {
      const shown = exported(key, value, id)
      if (shown !== undefined) yield shown
    }
  }

  async erase(person: PersonRef): Promise<number> {
    if (person.platform !== 'web') return 0
    const found = await this.count(person)
    const traces = await this.#traces(person.id)
    const unname = unnamer([...traces.names, ''].map((name) => ({ id: person.id, name })))
    for (const thread of traces.threads)
      await this.#deps.messages.inThread(thread, () => this.#eraseThread(thread, person.id, unname))
    // What names them last goes last: a process that dies before is followed by one that finds them again.
    for (const key of traces.keys) await this.#deps.store.delete(key)
    if (found > 0) this.#deps.forget()
    return found
  }

  /** Threads they had part in, keys that are theirs alone, and the names they went by. */
  async #traces(id: string) {
    const threads = new Set<string>()
    const keys: string[] = []
    const names = new Set<string>()
    for await (const [key, value] of this.#entries()) {
      if (isOwnKey(key, value, id)) keys.push(key)
      const person = personIn(key, value, id)
      if (person !== undefined) names.add(person.name)
      if (person !== undefined && key.startsWith('message/')) threads.add((value as MessageRecord).thread)
      if (person !== undefined && key.startsWith('thread/')) threads.add((value as ThreadRecord).id)
    }
    return { threads, keys, names }
  }

  /** Their own messages go last: by them a process that comes after one that died finds the rest. */
  async #eraseThread(thread: string, id: string, unname: (text: string) => string): Promise<void> {
    const { messages, publish } = this.#deps
    const head = await messages.head(thread)
    if (head === undefined) return
    const all = await messages.window(thread, head.next, head.next)
    const gone = all.filter((message) => isTheirs(message, all, id))
    for (const message of all) {
      const isGone = gone.includes(message)
      if (message.author?.id === id) continue
      const after = isGone ? emptied(message) : unnamed(message, id, unname)
      await this.#eraseEarlier(message, isGone, unname)
      if (after !== message) await this.#say(message, after)
    }
    const after = unnamedHead(head, gone, id, unname)
    const own = await this.#ownAndDeleted(head, id)
    const deleted = own.deleted + gone.filter(({ author }) => author?.id === id).length
    if (JSON.stringify({ ...after, deleted }) !== JSON.stringify({ ...head, deleted: head.deleted ?? 0 })) {
      await messages.saveHead({ ...after, deleted })
      publish({ type: 'thread', thread: threadView({ ...after, deleted }) })
    }
    for (const message of own.messages)
      await this.#say(message, message.deleted ? { ...message, author: NOBODY } : emptied(message))
  }

  async #say(before: MessageRecord, after: MessageRecord): Promise<void> {
    const { messages, publish } = this.#deps
    await messages.amend(after)
    const { thread, id: message } = after
    if (before.deleted) return
    if (after.deleted) publish({ type: 'removed', thread, message })
    else publish({ type: 'message', message: messages.view(after) })
  }

  /** Of a message they had deleted themselves, whose it was is left. */
  async #ownAndDeleted({ id: thread, next }: ThreadRecord, id: string) {
    const own: MessageRecord[] = []
    let deleted = 0
    for (let seq = 0; seq < next; seq += 1) {
      const kept = await this.#deps.messages.kept(messageId(thread, seq))
      if (kept?.author?.id === id) own.push(kept)
      if (kept?.deleted) deleted += 1
    }
    return { messages: own, deleted }
  }

  async #eraseEarlier(
    { id, earlier = 0 }: MessageRecord,
    isGone: boolean,
    unname: (text: string) => string,
  ): Promise<void> {
    for (let nth = 0; nth < earlier; nth += 1) {
      const key = `earlier/${id}/${nth}`
      const kept = await this.#deps.store.get<{ readonly text: string }>(key)
      if (kept === undefined) continue
      if (isGone) await this.#deps.store.delete(key)
      else await this.#deps.store.set(key, { ...kept, text: unname(kept.text) })
    }
  }

  async *#entries(): AsyncGenerator<readonly [string, unknown]> {
    const { store } = this.#deps
    if (store.iterator === undefined) return
    for await (const [key, value] of store.iterator()) yield [String(key), value]
  }
}

function exported(key: string, value: unknown, id: string): Readonly<Record<string, unknown>> | undefined {
  if (key.startsWith('message/')) {
    const { id: message, thread, author, text, at, deleted, reactions } = value as MessageRecord
    if (author?.id === id && !deleted) return { what: 'message', id: message, thread, at, text }
    const given = reactions.filter(({ people }) => people.some((each) => each.id === id))
    return given.length === 0
      ? undefined
      : { what: 'reactions', message, emoji: given.map(({ emoji }) => emoji) }
  }
  if (key.startsWith('vote/') && isOwnKey(key, value, id)) return { what: 'vote', ...Object(value) }
  const person = key.startsWith('session/') ? personIn(key, value, id) : undefined
  return person === undefined ? undefined : { what: 'signed in', name: person.name }
}

function isOwnKey(key: string, value: unknown, id: string): boolean {
  if (key.startsWith('vote/')) return key.endsWith(`/${id}`)
  return key.startsWith('session/') && personIn(key, value, id) !== undefined
}

/** The person as this entry calls them. */
function personIn(key: string, value: unknown, id: string): PersonView | undefined {
  const people = (): readonly (PersonView | null)[] => {
    if (key.startsWith('session/')) return [(value as { person: PersonView }).person]
    if (key.startsWith('thread/')) return [(value as ThreadRecord).startedBy]
    if (!key.startsWith('message/')) return []
    const { author, reactions } = value as MessageRecord
    return [author, ...reactions.flatMap((each) => each.people)]
  }
  return people().find((person) => person?.id === id) ?? undefined
}

/** Said by them, or said to them alone. */
function isTheirs(message: MessageRecord, known: readonly MessageRecord[], id: string): boolean {
  if (message.author !== null) return message.author.id === id
  const place = known.indexOf(message)
  const asked = questionsOf(message, known.slice(Math.max(0, place - QUESTIONS_WINDOW), place))
  return asked.length > 0 && asked.every(({ author }) => author?.id === id)
}

function emptied(message: MessageRecord): MessageRecord {
  const { edited: _, earlier: __, ...rest } = message
  const author = message.author === null ? null : NOBODY
  return {
    ...rest,
    ...{ author, text: '', reactions: [], controls: [], finished: true, deleted: true },
    rev: message.rev + 1,
  }
}

function unnamed(message: MessageRecord, id: string, unname: (text: string) => string): MessageRecord {
  const text = unname(message.text)
  const reactions = message.reactions.map(
    ({ emoji, people }): ReactionView => ({ emoji, people: people.filter((person) => person.id !== id) }),
  )
  const isSame =
    text === message.text &&
    reactions.every(({ people }, nth) => people.length === message.reactions[nth]?.people.length)
  return isSame ? message : { ...message, text, reactions, rev: message.rev + 1 }
}

function unnamedHead(
  head: ThreadRecord,
  gone: readonly MessageRecord[],
  id: string,
  unname: (text: string) => string,
): ThreadRecord {
  const isGone = gone.some(({ text }) => summary(text) === head.preview)
  return {
    ...head,
    startedBy: head.startedBy.id === id ? NOBODY : head.startedBy,
    title: gone.some(({ seq }) => seq === 0) ? UNTITLED : unname(head.title),
    preview: isGone ? '' : unname(head.preview),
  }
}
