/** What becomes of a conversation when somebody in it is erased (rule S3). Decisions only; `personal-data.ts` acts. */
import { withoutIds } from '#core/safety/unname.ts'
import type { AssistantMessage, Candidate, Message } from '#core/store/transcripts.ts'
import type { Revision, Unfinished } from '#core/turns/inbox.ts'
import { type Errand, readErrand, writeErrand } from './errand.ts'
import { readJournal } from './journal.ts'

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
  /** What was asked since the assistant spoke last. */
  let asked: Message[] = []
  return messages.flatMap((message, place) => {
    const before = asked
    if (message.role === 'assistant') asked = []
    else asked = [...asked, message]
    const entry = erased(message, before, erasing)
    return entry === message ? [] : [{ place, entry }]
  })
}

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
      return text === message.text ? message : { ...message, text }
    }
    case 'assistant': {
      const isTheirs = (question: Message) =>
        (question.role === 'user' && question.speaker.id === id) ||
        (question.role === 'deleted' && question.erased !== undefined)
      const isOthers = (question: Message) => question.role === 'user' && question.speaker.id !== id
      return asked.some(isTheirs) && !asked.some(isOthers) ? gone : unnamed(message, unname)
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
 */
export function erasedTurn(
  { waits, deliveries, journal }: Unfinished,
  erasing: Erasing,
): Revision | undefined {
  const errands = deliveries.map(({ id, body }) => ({ id, errand: readErrand(body) }))
  const theirs = errands.filter(({ errand }) => isOf(errand, erasing))
  if (theirs.length === 0) return undefined
  if (waits) return { bodies: new Map(theirs.map(({ id }) => [id, undefined])) }
  const alone = theirs.length === errands.length
  const bodies = new Map(theirs.map(({ id, errand }) => [id, writeErrand(emptied(errand, erasing, alone))]))
  if (journal === undefined) return { bodies }
  const { reply, shown } = readJournal(journal, () => ({ reply: '', shown: [] }))
  return { bodies, journal: JSON.stringify({ reply, shown }) }
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

function emptied(errand: Errand, { id, unname }: Erasing, alone: boolean): Errand {
  switch (errand.kind) {
    case 'question': {
      const { question } = errand
      if (alone) return nothing(question.id, question.sentAt)
      const place = withoutIds(question.place, new Set([id]))
      return { kind: 'question', question: { ...question, speaker: NOBODY, text: '', place } }
    }
    case 'regenerate':
      return { kind: 'regenerate', request: { ...errand.request, by: NOBODY } }
    case 'edit':
      return nothing(errand.edit.question, errand.edit.at)
    case 'delete':
      return { ...errand, deletion: { ...errand.deletion, question: unname(errand.deletion.question) } }
  }
}

/** To take out what is gone already: a turn with this does nothing, and ends. */
const nothing = (question: string, at: number): Errand => ({
  kind: 'delete',
  deletion: { question, message: { platform: '', workspace: '', channel: '', message: '' }, at },
})
