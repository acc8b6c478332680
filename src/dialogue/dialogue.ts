/**
 * The dialogue: what a conversation *is*. A question comes in, is kept, waits its turn and is answered with what the
 * thread remembers. Rules T1, T2, T4 to T6, C1 to C5 and M5.
 *
 * Knows no platform: questions arrive through `accept`, replies leave through the surfaces of a `Stage`.
 */
import { mayAsk } from '#core/safety/access.ts'
import type { PersonalData } from '#core/safety/personal-data.ts'
import { type ThreadRef, threadKey } from '#core/thread.ts'
import type { Announcements } from '#core/turns/announcements.ts'
import { TurnLoop } from '#core/turns/turn-loop.ts'
import { type Errand, readErrand, writeErrand } from './errand.ts'
import type { Question } from './question.ts'
import type { Deletion, Edit, RegenerateRequest, Regeneration, StopTarget } from './request.ts'
import { isLate, reword } from './reword.ts'
import { RunningReplies } from './running.ts'
import { askedBefore } from './second-thoughts.ts'
import type { TurnDeps } from './stage.ts'
import { Stopping } from './stopping.ts'
import { takeTurn } from './turn.ts'

export interface DialogueDeps extends Omit<TurnDeps, 'running'> {
  /** What replicas say to each other about turns. */
  readonly announcements: Announcements
  /** What happens to a question that comes while an answer is being written in its thread; `queue` by default. */
  readonly meanwhile?: Meanwhile | undefined
}

/** `queue`: it waits for the end of that answer. `interrupt`: that answer is stopped, and keeps its text (rule T2). */
export type Meanwhile = 'queue' | 'interrupt'

/** In a thread's order: before whatever waits. */
const BEFORE_ALL = 0

/** The part of the core that platforms talk to. `Host` in adapters/platform.ts says what each call promises. */
export interface Dialogue {
  accept(question: Question): Promise<'accepted' | 'duplicate'>
  owns(thread: ThreadRef): Promise<boolean>
  stop(target: StopTarget): Promise<boolean>
  regenerate(request: RegenerateRequest): Promise<Regeneration>
  edited(edit: Edit): Promise<void>
  deleted(deletion: Deletion): Promise<void>
  /** What is kept of people here (rule S3). Loaded by the first who asks. */
  personalData(): Promise<PersonalData>
  /** Begin to answer what waits, also what an earlier process left. */
  start(): void
  /** Begin nothing more. @returns how many turns were handed over unfinished (rule T7). */
  drain(boundMs: number): Promise<number>
}

export function createDialogue({ announcements, meanwhile, ...parts }: DialogueDeps): Dialogue {
  const running = new RunningReplies()
  const deps: TurnDeps = { ...parts, running }
  const { inbox, clock, log, shownReplies, transcripts, access } = deps
  const stopping = new Stopping({ running, announcements, inbox, shownReplies })
  const loop = new TurnLoop({
    ...{ inbox, clock, log },
    work: (claim, signal) => takeTurn(claim, signal, deps),
    stop: (claim) => running.stopTurn(claim),
  })

  /** @returns false when it was put in before. */
  const put = async (id: string, thread: string, sentAt: number, errand: Errand): Promise<boolean> => {
    const alone = errand.kind !== 'question'
    const fresh = await inbox.put({ id, thread, sentAt, alone, body: writeErrand(errand) })
    if (fresh) loop.wake()
    else log.debug({ id }, 'delivered again; already accepted')
    return fresh
  }

  /** Changes or withdraws a question that still waits. False when its turn has begun. */
  const amend = (question: string, change: (question: Question) => Question | undefined): Promise<boolean> =>
    inbox.amend(question, (body) => {
      const errand = readErrand(body)
      if (errand.kind !== 'question') return body
      const changed = change(errand.question)
      return changed === undefined ? undefined : writeErrand({ kind: 'question', question: changed })
    })

  /** Never rejects: the question is accepted, whatever becomes of the answer before it. */
  const interrupt = (thread: string, sentAt: number): Promise<void> =>
    stopping
      .interrupt(thread, sentAt)
      .catch((error: unknown) =>
        log.warn({ err: error, thread }, 'not interrupted; the question waits instead'),
      )

  /** Another replica has shown some of it, and does not remember it yet. */
  const isWrittenElsewhere = async (reply: string, thread: string): Promise<boolean> =>
    (await inbox.isHeld(thread)) && (await transcripts.find(thread, reply)) === undefined

  return {
    accept: async ({ roles, ...asked }) => {
      const { id, thread, sentAt } = asked
      // Decided once, while the author's roles are at hand: it holds for another attempt and for an edit as well (S7).
      const barred = !mayAsk(access ?? {}, { ...asked, ...(roles === undefined ? {} : { roles }) })
      const question: Question = { ...asked, ...(barred && { barred }) }
      const fresh = await put(id, threadKey(thread), sentAt, { kind: 'question', question })
      if (fresh && meanwhile === 'interrupt') await interrupt(threadKey(thread), sentAt)
      return fresh ? 'accepted' : 'duplicate'
    },
    owns: (thread) => inbox.knows(threadKey(thread)),
    stop: (target) => stopping.stop(target),
    regenerate: async (request) => {
      if ((await inbox.placeOf(request.id)) !== undefined) return 'duplicate'
      // Seen whole, but not remembered yet: whoever is quick must not be told to be late.
      const written = running.threadOf(request.reply)
      const shown = await shownReplies.placeOf(request.reply)
      const thread = written ?? shown?.thread
      if (thread === undefined) return 'unknown'
      if (shown?.place === null) return 'unasked'
      if (written === undefined) {
        const { messages } = await transcripts.window(thread)
        const isNewest = messages.at(-1)?.id === request.reply
        if (!isNewest && !(await isWrittenElsewhere(request.reply, thread))) return 'outdated'
        if (isNewest && askedBefore(request.reply, messages).length === 0) return 'unasked'
      }
      const errand: Errand = { kind: 'regenerate', request }
      return (await put(request.id, thread, request.at, errand)) ? 'accepted' : 'duplicate'
    },
    edited: async (edit) => {
      const asked = await inbox.placeOf(edit.question)
      if (asked === undefined) return
      if (
        await amend(edit.question, (question) => (isLate(edit, question) ? question : reword(question, edit)))
      )
        return
      const { thread, sentAt } = asked
      const old = await transcripts.find(thread, edit.question)
      if (old?.role === 'user' && isLate(edit, old)) return
      // In its question's place: what waits was asked later, and is answered knowing the new words.
      const id = `${edit.question}#${edit.version}`
      const fresh = await put(id, thread, sentAt, { kind: 'edit', edit })
      const isSame = old?.role === 'user' && old.text === edit.text
      if (fresh && !isSame) await stopping.stopQuestion(thread, edit.question, edit.at)
    },
    deleted: async (deletion) => {
      const { question, message } = deletion
      const asked = await inbox.placeOf(question)
      const thread = asked?.thread ?? (await shownReplies.find(message))?.thread
      if (thread === undefined) return
      if (await amend(question, () => undefined)) return
      // What waits was asked later, and is answered without it.
      const sentAt = asked?.sentAt ?? BEFORE_ALL
      await put(`${question}#deleted`, thread, sentAt, { kind: 'delete', deletion })
      await stopping.withdrawQuestions(thread, [question])
    },
    personalData: async () => {
      const { Conversations } = await import('./personal-data.ts')
      return new Conversations({
        ...{ transcripts, shownReplies, inbox, clock },
        withdraw: (thread, questions) => stopping.withdrawQuestions(thread, questions),
      })
    },
    start: () => {
      stopping.listen()
      loop.start()
    },
    drain: async (boundMs) => {
      const handedOver = await loop.stop(boundMs)
      stopping.close()
      return handedOver
    },
  }
}
