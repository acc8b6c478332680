/** What people do after the fact: ask for another answer, change a question, take a message back. Rules T5 and T6. */
import { randomUUIDv7 } from 'node:crypto'
import type { AssistantMessage, Candidate, Message, UserMessage } from '#core/store/transcripts.ts'
import type { Try } from '#core/turns/turn-loop.ts'
import { readJournal } from './journal.ts'
import { writeReply } from './reply.ts'
import type { Deletion, Edit } from './request.ts'
import { isLate, reword } from './reword.ts'
import type { TurnDeps } from './stage.ts'

/** Answers again in the same messages, and keeps the earlier answer as an alternative (rule T5). */
export async function redo(claim: Try, reply: string, signal: AbortSignal, deps: TurnDeps): Promise<void> {
  const { messages } = await deps.transcripts.window(claim.thread)
  const last = messages.at(-1)
  const isNewest = last?.role === 'assistant' && last.id === reply
  if (!isNewest)
    return deps.log.debug({ thread: claim.thread, reply }, 'only the newest answer is done again')
  if (askedBefore(reply, messages).length === 0)
    return deps.log.debug({ thread: claim.thread, reply }, 'its question was deleted')
  const alternatives = [...(last.alternatives ?? []), asCandidate(last)]
  await replaceReply(claim, last, { alternatives, earlier: standing(last) }, signal, deps)
}

/**
 * Changes what is remembered. When the message is part of the newest question, its answer is to something that nobody
 * asks any more: it is written again, and the old one is no alternative to it (rule T6).
 */
export async function changeText(claim: Try, edit: Edit, signal: AbortSignal, deps: TurnDeps): Promise<void> {
  const { transcripts } = deps
  const old = await transcripts.find(claim.thread, edit.question)
  if (old?.role !== 'user')
    return deps.log.debug({ thread: claim.thread }, 'an edit of what is not remembered')
  const isRetry = claim.attempt > 1
  if (isLate(edit, old) || (old.text === edit.text && !isRetry)) return
  await transcripts.replace(claim.thread, old.id, { ...reword(old, edit), changedAt: deps.clock.now() })
  const { messages } = await transcripts.window(claim.thread)
  const reply = answerTo(old, messages)
  if (reply !== undefined) await replaceReply(claim, reply, { alternatives: [] }, signal, deps)
}

/** Nothing of a deleted message is left, be it a question or a reply of ours (rule T6). */
export async function strikeOut(claim: Try, deletion: Deletion, deps: TurnDeps): Promise<void> {
  const { transcripts, shownReplies, clock } = deps
  const { question, message, at } = deletion
  const gone = { role: 'deleted', at, changedAt: clock.now() } as const
  await transcripts.replace(claim.thread, question, { ...gone, id: question })
  const shown = await shownReplies.find(message)
  if (shown === undefined) return
  // A message that no longer shows the reply was taken away by us: another one stands for it.
  const stands = (await shownReplies.placeOf(shown.reply))?.messages.includes(message.message)
  const entry = await transcripts.find(claim.thread, shown.reply)
  if (stands && entry?.id === shown.reply)
    await transcripts.replace(claim.thread, shown.reply, { ...gone, id: shown.reply })
}

interface Replaced {
  /** Earlier answers to the same prompt. */
  readonly alternatives: readonly Candidate[]
  /** Stays when no new one comes. */
  readonly earlier?: AssistantMessage | undefined
}

async function replaceReply(
  claim: Try,
  old: AssistantMessage,
  { alternatives, earlier }: Replaced,
  signal: AbortSignal,
  deps: TurnDeps,
): Promise<void> {
  const { transcripts, shownReplies } = deps
  const shown = await shownReplies.placeOf(old.id)
  if (shown === undefined || shown.place === null)
    return deps.log.debug({ reply: old.id }, 'a reply that was never shown, or whose question was erased')
  const { platform, place } = shown
  const journal = readJournal(claim.journal, () => ({ reply: randomUUIDv7(), shown: shown.messages }))
  const window = await transcripts.window(claim.thread)
  const context = { first: window.first, messages: window.messages.filter(({ id }) => id !== old.id) }
  const questions = askedBefore(old.id, window.messages)
  const stage = await deps.stage(platform, signal)
  const message = await writeReply(
    { claim, signal, stage, platform, place, journal, context, earlier },
    questions,
    deps,
  )
  if (message.id === old.id) return
  await transcripts.replace(claim.thread, old.id, {
    ...message,
    ...(alternatives.length > 0 ? { alternatives } : {}),
  })
}

/** Ids of the questions that a reply answers and that were not deleted: those between it and the reply before. */
export function askedBefore(reply: string, messages: readonly Message[]): readonly string[] {
  const before = messages.slice(
    0,
    messages.findIndex(({ id }) => id === reply),
  )
  const since = before.slice(before.findLastIndex(({ role }) => role === 'assistant') + 1)
  return since.flatMap(({ role, id }) => (role === 'user' ? [id] : []))
}

/** The newest reply, when nothing but questions stands between the message and it. */
function answerTo(question: UserMessage, messages: readonly Message[]): AssistantMessage | undefined {
  const place = messages.findIndex(({ id }) => id === question.id)
  if (place === -1) return undefined
  const after = messages.slice(place + 1)
  const replies = after.filter((message) => message.role === 'assistant')
  const last = after.at(-1)
  return replies.length === 1 && last?.role === 'assistant' ? last : undefined
}

/** An answer that its reader would miss. */
const standing = (reply: AssistantMessage): AssistantMessage | undefined =>
  reply.outcome === 'failed' || reply.text.trim() === '' ? undefined : reply

const asCandidate = ({ id, text, at, outcome, made, fault }: AssistantMessage): Candidate => ({
  ...{ id, text, at, outcome },
  ...(made === undefined ? {} : { made }),
  ...(fault === undefined ? {} : { fault }),
})
