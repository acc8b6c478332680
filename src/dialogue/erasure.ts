/** What becomes of a conversation when somebody in it is erased (rule S3). Decisions only; `personal-data.ts` acts. */
import type { AssistantMessage, Candidate, Message } from '#core/store/transcripts.ts'
import { naming } from '#core/thread.ts'
import type { Revision, Unfinished } from '#core/turns/inbox.ts'
import { type Errand, readErrand, writeErrand } from './errand.ts'
import { readJournal } from './journal.ts'
import type { Question } from './question.ts'

export interface Erasing {
  /** The platform's id of the person. */
  readonly id: string
  /** True for the questions of theirs that are known, by id. */
  readonly isTheirs: (question: string) => boolean
  /** Milliseconds since the epoch. */
  readonly now: number
  /** Takes their name and id out of a text. */
  readonly unname: (text: string) => string
}

/**
 * The messages of a thread that are another now, by place: theirs are gone, and so are answers to nobody else. Where
 * others asked too, the answer stays without their name. Repeated on its own result, it changes nothing more.
 */
export function erasedThread(
  messages: readonly Message[],
  erasing: Pick<Erasing, 'id' | 'now' | 'unname'>,
): readonly { readonly place: number; readonly entry: Message }[] {
  return withQuestions(messages).flatMap(({ message, asked }, place) => {
    const entry = erased(message, asked, erasing)
    return entry === message ? [] : [{ place, entry }]
  })
}

/** Replies to something of theirs, alone or with others, earlier candidates included: by id. */
export function repliesTo(messages: readonly Message[], { id }: Pick<Erasing, 'id'>): readonly string[] {
  return withQuestions(messages).flatMap(({ message, asked }) => {
    if (message.role !== 'assistant' || !asked.some((question) => isTheirs(question, id))) return []
    return [message.id, ...(message.alternatives ?? []).map((candidate) => candidate.id)]
  })
}

/** Every message; an answer with what was asked since the one before it. */
function withQuestions(messages: readonly Message[]) {
  let since = 0
  return messages.map((message, place): { readonly message: Message; readonly asked: readonly Message[] } => {
    if (!isAnswer(message)) return { message, asked: [] }
    const asked = messages.slice(since, place)
    since = place + 1
    return { message, asked }
  })
}

/** Also one that was erased before. */
const isAnswer = (message: Message): boolean =>
  message.role === 'assistant' || (message.role === 'deleted' && message.answer === true)

/** Also what an earlier erasing left of theirs. */
const isTheirs = (question: Message, id: string): boolean =>
  question.role === 'user'
    ? question.speaker.id === id
    : question.role === 'deleted' && question.erased !== undefined

function erased(
  message: Message,
  asked: readonly Message[],
  { id, now, unname }: Pick<Erasing, 'id' | 'now' | 'unname'>,
): Message {
  const gone = { role: 'deleted', id: message.id, at: message.at, erased: now } as const
  switch (message.role) {
    case 'deleted':
      return message
    case 'user': {
      if (message.speaker.id === id) return gone
      const text = unname(message.text)
      const { named = [], ...rest } = message
      const others = named.filter((each) => each.id !== id)
      const isSame = text === message.text && others.length === named.length
      return isSame ? message : { ...rest, text, ...naming(others) }
    }
    case 'assistant': {
      const isOthers = (question: Message) => question.role === 'user' && question.speaker.id !== id
      return asked.some((question) => isTheirs(question, id)) && !asked.some(isOthers)
        ? { ...gone, answer: true }
        : unnamed(message, unname)
    }
  }
}

function unnamed(message: AssistantMessage, unname: (text: string) => string): AssistantMessage {
  const text = unname(message.text)
  const alternatives = message.alternatives?.map((each): Candidate => ({ ...each, text: unname(each.text) }))
  const isSame =
    text === message.text &&
    (alternatives ?? []).every((each, nth) => each.text === message.alternatives?.[nth]?.text)
  if (isSame) return message
  return { ...message, text, ...(alternatives === undefined ? {} : { alternatives }) }
}

/**
 * What is not answered yet, without them: what waits is taken out. A turn that has begun keeps its deliveries, so that
 * no question of another person is lost; theirs become empty, and a turn of theirs alone has nothing to do any more.
 *
 * @returns `reply`: the one that was begun.
 */
export function erasedTurn(
  { waits, deliveries, journal }: Unfinished,
  erasing: Erasing,
): (Revision & { readonly reply?: string }) | undefined {
  const errands = deliveries.map(({ id, body }) => ({ id, errand: readErrand(body) }))
  const theirs = errands.filter(({ errand }) => isOf(errand, erasing))
  if (theirs.length === 0) return undefined
  if (waits) return { bodies: new Map(theirs.map(({ id }) => [id, undefined])) }
  // The answer goes where another person's question stands: a place may hold the words of its own.
  const place = errands.findLast(({ errand }) => errand.kind === 'question' && !isOf(errand, erasing))
  const others = place?.errand.kind === 'question' ? place.errand.question.place : undefined
  const bodies = new Map(theirs.map(({ id, errand }) => [id, writeErrand(emptied(errand, others))]))
  if (journal === undefined) return { bodies }
  const { reply, shown } = readJournal(journal, () => ({ reply: '', shown: [] }))
  return { bodies, reply, journal: JSON.stringify({ reply, shown }) }
}

export function isOf(errand: Errand, { id, isTheirs }: Pick<Erasing, 'id' | 'isTheirs'>): boolean {
  switch (errand.kind) {
    case 'question':
      return errand.question.speaker.id === id
    case 'regenerate':
      return errand.request.by.id === id
    case 'edit':
      return isTheirs(errand.edit.question)
    case 'delete':
      return false
  }
}

const NOBODY = { id: '', name: '' }

/** @param place of another person's question in the same turn, where there is one. */
function emptied(errand: Errand, place: Question['place'] | undefined): Errand {
  switch (errand.kind) {
    case 'question': {
      const { question } = errand
      if (place === undefined) return nothing(question.id, question.sentAt)
      return { kind: 'question', question: { ...question, speaker: NOBODY, text: '', place } }
    }
    case 'regenerate':
      return { kind: 'regenerate', request: { ...errand.request, by: NOBODY } }
    case 'edit':
      return nothing(errand.edit.question, errand.edit.at)
    case 'delete':
      return errand
  }
}

/** To take out what is gone already: a turn with this does nothing, and ends. */
const nothing = (question: string, at: number): Errand => ({
  kind: 'delete',
  deletion: { question, message: { platform: '', workspace: '', channel: '', message: '' }, at },
})
