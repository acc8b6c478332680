import { estimateTokens, TOKENS_AROUND } from '#core/model/tokens.ts'
import type { AssistantMessage, Message, UserMessage } from '#core/store/transcripts.ts'

/** When the window is full it is emptied to this share, so that it moves rarely and in large steps (rule C2). */
const KEPT_SHARE = 0.5
/** Also a bound on the time to read a window, whatever the size of the messages (rule C5). */
const MOST_MESSAGES = 400

export interface Fit {
  /** How many of the oldest messages leave the window. */
  readonly dropped: number
  /** True when even the newest message alone is over the budget. */
  readonly tooLong: boolean
}

/**
 * Which messages a prompt of `budgetTokens` can hold (rules C2, C3).
 *
 * @param systemTokens what the system prompt takes of it.
 */
export function fitWindow(messages: readonly Message[], budgetTokens: number, systemTokens: number): Fit {
  const budget = budgetTokens - systemTokens
  const sizes = messages.map(messageTokens)
  const newest = sizes.at(-1) ?? 0
  if (sum(sizes) <= budget && messages.length <= MOST_MESSAGES) return { dropped: 0, tooLong: false }
  let kept = 0
  let tokens = 0
  while (kept < messages.length) {
    const size = sizes[messages.length - 1 - kept] ?? 0
    const full = tokens + size > budget * KEPT_SHARE || kept + 1 > MOST_MESSAGES * KEPT_SHARE
    if (full && kept > 0) break
    tokens += size
    kept += 1
  }
  return { dropped: messages.length - kept, tooLong: newest > budget }
}

const messageTokens = (message: Message): number => (message.role === 'deleted' ? 0 : textTokens(message))

const textTokens = (message: UserMessage | AssistantMessage): number =>
  estimateTokens(message.text) +
  TOKENS_AROUND +
  (message.role === 'user' ? estimateTokens(message.speaker.name) : 0)

const sum = (numbers: readonly number[]): number => numbers.reduce((total, next) => total + next, 0)
