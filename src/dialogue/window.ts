import type { AssistantMessage, Message, UserMessage } from '#core/store/transcripts.ts'

/** When the window is full it is emptied to this share, so that it moves rarely and in large steps (rule C2). */
const KEPT_SHARE = 0.5
/** Also a bound on the time to read a window, whatever the size of the messages (rule C5). */
const MOST_MESSAGES = 400
/** Name, role and separators around a message. */
const TOKENS_AROUND = 8
/**
 * UTF-8 bytes a token, at the low end of what tokenisers give for prose, code and Chinese alike: the estimate is high
 * rather than low, needs no 75 MB tokeniser, and a budget kept by it is kept (rule C3).
 */
const BYTES_PER_TOKEN = 2.8

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

export const estimateTokens = (text: string): number => Math.ceil(Buffer.byteLength(text) / BYTES_PER_TOKEN)

const sum = (numbers: readonly number[]): number => numbers.reduce((total, next) => total + next, 0)
