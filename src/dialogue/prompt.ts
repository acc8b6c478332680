import type { Prompt, PromptTurn } from '#core/model/model.ts'
import type { AssistantMessage, Message, UserMessage } from '#core/store/transcripts.ts'
import type { Speaker } from '#core/thread.ts'

/**
 * What the model is asked: the system prompt and the window of the transcript (rules C2, C4).
 *
 * Everything depends on the messages alone, so that from turn to turn the prompt only grows at its end and the
 * provider's prompt cache hits. Neighbouring messages of people become one turn, because many models accept only
 * turns that alternate. A reply of which nothing was said is left out, and our own notes on it never were part of it.
 * Nor is what somebody said who may not ask.
 */
export function buildPrompt(system: string, messages: readonly Message[]): Prompt {
  const names = new Set(
    messages.flatMap((message) => (message.role === 'user' ? [message.speaker.name] : [])),
  )
  const turns: PromptTurn[] = []
  for (const message of messages) {
    if (message.role === 'deleted' || isLeftOut(message)) continue
    const content = message.role === 'user' ? named(message, names) : message.text
    const last = turns.at(-1)
    if (last?.role === message.role)
      turns[turns.length - 1] = { role: last.role, content: `${last.content}\n\n${content}` }
    else if (last !== undefined || message.role === 'user') turns.push({ role: message.role, content })
  }
  return { system, turns }
}

/** Whoever may not ask shall not be answered with the next question either (rule S7). */
const isLeftOut = (message: UserMessage | AssistantMessage): boolean =>
  message.role === 'user' ? message.barred === true : message.text === ''

/** A bare mention is a question too: somebody wants the assistant to look at the thread, or to say hello. */
const CALLED = '(called you without a message)'

/** `Alice: what is a monad?` Lines that look like somebody else speaking are quoted, so that nobody speaks for another. */
function named({ speaker, text }: UserMessage, names: ReadonlySet<string>): string {
  if (text.trim() === '') return `${plainName(speaker)}: ${CALLED}`
  const [first = '', ...lines] = text.split('\n')
  const quoted = lines.map((line) => (speaksForAnother(line, names) ? `> ${line}` : line))
  return [`${plainName(speaker)}: ${first}`, ...quoted].join('\n')
}

function speaksForAnother(line: string, names: ReadonlySet<string>): boolean {
  const colon = line.indexOf(':')
  return colon > 0 && names.has(line.slice(0, colon).trim())
}

/** A display name is whatever its owner typed: one line, and no colon of its own. */
const plainName = ({ id, name }: Speaker): string => name.replace(/[\s:]+/g, ' ').trim() || id
