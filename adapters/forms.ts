/**
 * The words of the forms in which people judge a reply: the same on every platform (rules F1, F4 to F6).
 *
 * Titles fit Slack's 24 characters, labels of fields Discord's 45.
 */
import type { Ballot } from '#core/feedback/comparison-desk.ts'

/** After a bad vote, which counts already. */
export const REASON_FORM = {
  title: 'What was wrong?',
  /** Above the fields: closing the form takes nothing back. */
  intro: 'Your feedback is noted. If you say why, the next model can do better.',
  tags: 'What fits?',
  text: 'In your own words',
  send: 'Send',
  close: 'Not now',
  /** A button, where the form could not be opened at once. */
  open: 'Say why',
  done: 'Thank you, your reason is noted.',
} as const

export const CORRECTION_FORM = {
  title: 'Write a better reply',
  intro: 'Change the reply to what it should have said. Markdown is fine.',
  text: 'The better reply',
  /** A long reply stands in several fields. */
  further: (nth: number) => `… and on (${nth})`,
  /** An empty field behind a full one. */
  longer: '… and on, if it becomes longer',
  send: 'Send',
  close: 'Cancel',
  open: 'Write a better reply',
  done: 'Thank you, your better reply is noted.',
  /** A shortcut on a message that no reply of ours is in. */
  notOurs: 'This message is not an answer of mine. Choose one that I wrote.',
} as const

/** @param characters of the reply. @param where `a form in Slack`. */
export const tooLongToCorrect = (characters: number, where: string): string =>
  `This reply has ${numbered(characters)} characters, more than ${where} holds. ` +
  "Please write the better reply in Parley's own workspace in the browser."

/** @param what `What you wrote`. */
export const tooLongForForm = (what: string, characters: number, most: number): string =>
  `${what} has ${numbered(characters)} characters; this form holds ${numbered(most)}. ` +
  "Please shorten it, or write it in Parley's own workspace in the browser."

export const BALLOT_FORM = {
  title: 'Compare answers',
  drawing: 'Drawing answers… This can take a minute.',
  /** Above the fields. */
  intro: 'Give each answer a place. 1 is best; answers that are as good as each other share a place.',
  /** In place of the answers, where they are longer than the form. */
  aside: 'The answers are too long for this form: they stand behind it, as messages that only you see.',
  question: 'The question',
  answer: (slot: string) => `Answer ${slot}`,
  place: (slot: string) => `Place of answer ${slot}`,
  choose: 'Choose a place',
  best: '1 (best)',
  /** Where the choice needs a question above it. */
  allBadLabel: 'Is none of them good enough?',
  allBad: 'All of them are bad',
  allBadHint: 'Then places may be left out.',
  reason: 'Why?',
  /** Above what the person wrote, where it is given back. */
  wrote: 'What you wrote:',
  send: 'Send',
  /** A button, where a reason needs a form of its own. */
  sendWithReason: 'Send, and say why',
  close: 'Cancel',
  /** A button, where the form could not be opened at once. */
  open: 'Compare answers',
  /** The button of an invitation. */
  invited: 'Rank the answers',
  done: 'Thank you, your ranking is noted.',
} as const

export const FORM_SAYINGS = {
  opening: 'One moment…',
  /** With a button that opens it: the platform lets a press open a form for a few seconds only. */
  late: 'That took too long to open. Please press here.',
  /** Without one, where there is nothing to press again. */
  tryAgain: 'That took too long to open. Please try again.',
  /** The form stays open, with everything in it. */
  slow: 'This takes longer than usual. Please send it again in a moment; it counts once.',
  failed: 'That did not work. What you wrote is still here: please send it again in a minute.',
  outdated: 'This form is out of date. Please open it again.',
} as const

/** What `/parley help` says. One line each. */
export const HELP: readonly string[] = [
  'Mention me to begin a conversation. In its thread, just go on writing: nobody has to mention me again.',
  'Below every answer you can say whether it was good or bad, have it written again, write a better one, or compare several.',
  'Change your newest question and it is answered again. Delete a message and it is forgotten.',
  '`/parley privacy` shows what is kept of you. There you can get a copy, have it erased, and say whether it may train a model.',
]

/** What somebody chose earlier, for a form with one place for each answer. `orderOf` is the other way round. */
export const placesOf = ({ order }: NonNullable<Ballot['earlier']>): Readonly<Record<string, number>> =>
  Object.fromEntries(order.flatMap((group, at) => group.map((slot) => [slot, at + 1] as const)))

/** Made when it is needed: the first formatter of a process takes ten milliseconds. */
const numbered = (count: number): string => count.toLocaleString('en')
