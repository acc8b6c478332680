import { LONGEST_DIALOGUE, LONGEST_TURN, MOST_TURNS, type Script } from '../console-desk.ts'
import { tooLong } from '../sayings.ts'
import { CONSOLE_SAYINGS } from './sayings.ts'
import { isBlank } from './turns.ts'

/** Why it cannot be kept at all, in a sentence; undefined when it can. */
export function tooMuch({ system, turns }: Script): string | undefined {
  if (turns.length > MOST_TURNS) return CONSOLE_SAYINGS.many
  const texts = [system, ...turns.map(({ text }) => text)]
  const longest = Math.max(...texts.map(({ length }) => length))
  if (longest > LONGEST_TURN) return tooLong('One of the turns', longest, LONGEST_TURN)
  const all = texts.reduce((sum, { length }) => sum + length, 0)
  return all > LONGEST_DIALOGUE ? tooLong('This dialogue', all, LONGEST_DIALOGUE) : undefined
}

/** Why nobody could learn from it, in a sentence; undefined when it is complete. Pure. */
export function incomplete(script: Script): string | undefined {
  const { turns } = script
  if (isBlank(script) || turns.length === 0) return CONSOLE_SAYINGS.empty
  if (turns.some(({ text }) => text.trim() === '')) return CONSOLE_SAYINGS.blank
  if (turns[0]?.side !== 'user') return CONSOLE_SAYINGS.begins
  if (turns.some(({ side }, nth) => side === turns[nth - 1]?.side)) return CONSOLE_SAYINGS.alternates
  return turns.at(-1)?.side === 'assistant' ? undefined : CONSOLE_SAYINGS.ends
}
