/** What a model is asked for the next turn of either side. Pure (rules C2, C3). */
import type { Prompt, PromptTurn } from '#core/model/model.ts'
import { estimateTokens, TOKENS_AROUND } from '#core/model/tokens.ts'
import type { Script, Side } from '../console-desk.ts'
import { instructionFor, OPENING, TOLD_TO_ASSISTANT } from './instructions.ts'
import { CONSOLE_SAYINGS } from './sayings.ts'

export interface Asked {
  readonly prompt: Prompt
  readonly promptVersion: string
  /** How many of the dialogue's oldest turns have no room in it. */
  readonly dropped: number
}

/** @param budgetTokens that the whole prompt may take (rule C3); the oldest turns go first. */
export function promptFor(
  { system, turns: typed }: Script,
  side: Side,
  budgetTokens: number,
): Asked | { readonly say: string } {
  const said = joined(typed.map((turn) => ({ role: turn.side, content: turn.text })))
  if (said.at(-1)?.role === side || (said.length === 0 && side === 'assistant'))
    return { say: side === 'user' ? CONSOLE_SAYINGS.beforePerson : CONSOLE_SAYINGS.beforeAssistant }
  const { text, version: promptVersion } = instructionFor(side)
  const words = systemFor(side, text, system.trim())
  const all = side === 'user' ? [OPENED, ...said.map(swapped)] : said
  const dropped = overflow(all, budgetTokens - estimateTokens(words))
  if (dropped === undefined) return { say: CONSOLE_SAYINGS.tooLong }
  const turns = all.slice(dropped)
  return { prompt: { system: words, turns }, promptVersion, dropped: Math.max(0, said.length - turns.length) }
}

/** Models are asked by a user's turn. */
const OPENED: PromptTurn = { role: 'user', content: OPENING }

/** The assistant's side is told what the dialogue's assistant is told, where that is said. */
function systemFor(side: Side, instruction: string, system: string): string {
  if (system === '') return instruction
  return side === 'assistant' ? system : `${instruction}\n\n${TOLD_TO_ASSISTANT}\n\n${system}`
}

const swapped = ({ role, content }: PromptTurn): PromptTurn => ({
  role: role === 'user' ? 'assistant' : 'user',
  content,
})

/** Neighbours of one side are one turn, empty ones are none, and what nobody asked for is left out. */
function joined(turns: readonly PromptTurn[]): readonly PromptTurn[] {
  const said: PromptTurn[] = []
  for (const { role, content } of turns) {
    if (content.trim() === '') continue
    const last = said.at(-1)
    if (last?.role === role) said[said.length - 1] = { role, content: `${last.content}\n\n${content}` }
    else if (last !== undefined || role === 'user') said.push({ role, content })
  }
  return said
}

/** How many of the oldest turns do not fit; undefined when even the newest does not. */
function overflow(turns: readonly PromptTurn[], budget: number): number | undefined {
  let tokens = 0
  let kept = 0
  for (const { content } of turns.toReversed()) {
    tokens += estimateTokens(content) + TOKENS_AROUND
    if (tokens > budget) break
    kept += 1
  }
  if (kept === 0) return undefined
  const dropped = turns.length - kept
  // Turns alternate and there is an odd number of them: one more goes, and the rest begins with a user's.
  return dropped + (dropped % 2)
}
