import type { Turn } from '../dataset.ts'

/**
 * Turns as trainers want them: one system message at most, then a person and the assistant in turn, beginning with a
 * person. Neighbours of one role become one turn; what the assistant says before anybody asked is left out.
 */
export function conversation(messages: readonly Turn[]): readonly Turn[] {
  const said = messages.filter(({ content }) => content.trim() !== '')
  const system = said.filter(({ role }) => role === 'system')
  const turns: Turn[] = []
  for (const { role, content } of said) {
    if (role === 'system') continue
    const last = turns.at(-1)
    if (last?.role === role) turns[turns.length - 1] = { role, content: `${last.content}\n\n${content}` }
    else if (last !== undefined || role === 'user') turns.push({ role, content })
  }
  if (system.length === 0) return turns
  return [{ role: 'system', content: system.map(({ content }) => content).join('\n\n') }, ...turns]
}

/** A prompt ends with a person's turn. */
export const isPrompt = (turns: readonly Turn[]): boolean => turns.at(-1)?.role === 'user'
