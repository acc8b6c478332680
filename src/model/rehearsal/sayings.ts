import type { PromptTurn } from '../model.ts'

/** One thing a person said, as far as a prompt tells. */
export interface Saying {
  readonly name: string
  readonly text: string
}

/** `Name: text`; a name is short, and no Markdown and no address begins like one. */
const NAMED = /^(?![-+] |\d+[.)] )([^:\n`*#|>[\]]{1,60}):(?: |\n|$)([\s\S]*)$/

/**
 * What people said, oldest first. A user's turn holds groups `Name: text` with a blank line between them; a text may
 * hold blank lines itself, so a paragraph that names nobody belongs to the one before it.
 */
export function sayingsIn(turns: readonly PromptTurn[]): readonly Saying[] {
  const sayings: Saying[] = []
  for (const { role, content } of turns) {
    if (role === 'assistant') continue
    let open: Saying | undefined
    for (const paragraph of content.split(/\n{2,}/)) {
      const [, name, text] = NAMED.exec(paragraph) ?? []
      if (name !== undefined && text !== undefined) {
        if (open !== undefined) sayings.push(open)
        open = { name, text }
      } else if (open !== undefined) {
        open = { ...open, text: `${open.text}\n\n${paragraph}` }
      } else {
        open = { name: 'Somebody', text: paragraph }
      }
    }
    if (open !== undefined) sayings.push(open)
  }
  return sayings
}
