import { closed } from '#core/delivery/markdown/heal.ts'
import type { Scope, UsedUp } from '#core/safety/budgets.ts'

/** Lines that Parley adds below a reply in its own voice. They are shown, and never become part of the conversation. */

export const NOTES = {
  earlierKept: 'No new answer came, so this is the earlier one.',
  barred: 'I may not answer you here. Those who run me decide who may ask, and where.',
  cut: 'The answer stopped at its length limit. Say "go on" for the rest.',
  filtered: 'The model declined to answer this.',
  stopped: 'Stopped.',
  windowMoved: 'This conversation has grown long. I no longer see its oldest messages.',
  ourFault: 'Something went wrong on my side, and trying again did not help. Please ask again.',
  tooLong: 'That message is longer than I can read at once. Please send a shorter one, or send it in pieces.',
} as const

/** Whose answers for today are used up, and when there are more (rule S7). */
export function usedUpNote({ of, limit }: UsedUp): string {
  const answers = limit === 1 ? 'one answer' : `${limit} answers`
  return `${HAD[of]} ${answers} for today. There are more after midnight UTC.`
}

const HAD: Readonly<Record<Scope, string>> = {
  person: 'You have had your',
  channel: 'This channel has had its',
  workspace: 'This workspace has had its',
}

/**
 * The text that the reader sees: what the model said, then our notes, each in a line of its own. An answer that broke
 * off inside a code block would swallow the note: it is closed first.
 */
export function withNotes(text: string, notes: readonly string[]): string {
  const lines = notes.map((note) => `_${note}_`)
  return [closed(text).trimEnd(), ...lines].filter((piece) => piece !== '').join('\n\n')
}
