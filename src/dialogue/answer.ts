import { randomUUIDv7 } from 'node:crypto'
import type { Message } from '#core/store/transcripts.ts'
import { naming } from '#core/thread.ts'
import type { Try } from '#core/turns/turn-loop.ts'
import { readErrand } from './errand.ts'
import { readJournal } from './journal.ts'
import type { PastMessage, Question } from './question.ts'
import { writeReply } from './reply.ts'
import type { Stage, TurnDeps } from './stage.ts'

/** Remember the questions; write one reply to them; remember it. */
export async function answer(
  claim: Try,
  questions: readonly [Question, ...Question[]],
  signal: AbortSignal,
  deps: TurnDeps,
): Promise<void> {
  const { transcripts } = deps
  const newest = questions.at(-1) ?? questions[0]
  const { platform } = newest.thread
  const stage = await deps.stage(platform, signal)
  const past = await pastOf(claim, questions, stage, signal, deps)
  await transcripts.append(claim.thread, [...past, ...questions.map(asQuestion)])
  const journal = readJournal(claim.journal, () => ({ reply: randomUUIDv7(), shown: [] }))
  const context = await transcripts.window(claim.thread)
  const ids = questions.map(({ id }) => id)
  const message = await writeReply(
    { claim, signal, stage, platform, place: newest.place, journal, context },
    ids,
    deps,
  )
  await transcripts.append(claim.thread, [message])
}

/**
 * Of a turn that is given up: people may see its answer, so it is remembered and not given once more with the next one
 * (rule T1).
 */
export async function keepSaid(claim: Try, { transcripts }: Pick<TurnDeps, 'transcripts'>): Promise<void> {
  const { thread, journal, deliveries } = claim
  if (journal === undefined) return
  const { complete } = readJournal(journal, () => ({ reply: '', shown: [] }))
  const isAnswer = deliveries.every(({ body }) => readErrand(body).kind === 'question')
  if (complete === undefined || !isAnswer) return
  await transcripts.append(thread, [
    { ...complete.message, outcome: 'failed', fault: 'undelivered:unavailable' },
  ])
}

/** What was said before the assistant was first called into the thread, once (rule C1). */
async function pastOf(
  { thread }: Try,
  questions: readonly Question[],
  stage: Stage,
  signal: AbortSignal,
  { transcripts, log }: TurnDeps,
): Promise<readonly Message[]> {
  const first = questions.find(({ hasPast }) => hasPast)
  if (first === undefined || !(await transcripts.isEmpty(thread))) return []
  const known = new Set(questions.map(({ id }) => id))
  try {
    const past = await stage.past(first, signal)
    return past.filter(({ id }) => !known.has(id)).map(asPast)
  } catch (error) {
    signal.throwIfAborted()
    // Better an answer that knows only the question than none.
    log.warn({ err: error, thread }, 'the earlier messages could not be fetched')
    return []
  }
}

const asMessage = ({ id, speaker, text, named = [], sentAt }: Question | PastMessage): Message => ({
  ...{ role: 'user', id, speaker, text, ...naming(named) },
  at: sentAt,
})

const asQuestion = (question: Question): Message => ({
  ...asMessage(question),
  ...(question.barred && { barred: true }),
  ...(question.editedAt !== undefined && { editedAt: question.editedAt }),
})

const asPast = (past: PastMessage): Message => {
  const { id, own, text, sentAt } = past
  return own ? { role: 'assistant', id, text, at: sentAt, outcome: 'answered' } : asMessage(past)
}
