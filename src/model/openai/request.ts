import type { Prompt, Sampling } from '../model.ts'

/** One question to a server, before it takes the shape of a wire. */
export interface WireRequest {
  readonly model: string
  readonly prompt: Prompt
  readonly sampling: Sampling
  /** OpenAI or Azure: they know fields that a compatible server may reject. */
  readonly official: boolean
  readonly cacheKey: string | undefined
  readonly effort: Effort | undefined
}

export type Effort = 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh'

/** These models think before they write, at effort `medium` when nothing is said: too slow for a chat. */
const THINKS_FIRST = /^gpt-(6|5\.6)/

/** How hard a model should think when nobody configured it. */
export const defaultEffort = (model: string): Effort | undefined =>
  THINKS_FIRST.test(model) ? 'low' : undefined
