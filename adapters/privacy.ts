/**
 * What people read when they ask what Parley keeps of them: the same words on every platform (rules S2, S3).
 * Pure: adapters ask `Host.privacy`, and show what stands here in the way their platform shows things.
 */
import type { PrivacyView } from '#core/safety/privacy-desk.ts'

/** What can be asked for, in the order it is offered. */
export const PRIVACY_ACTIONS = ['export', 'consent_on', 'consent_off', 'erase'] as const
export type PrivacyAction = (typeof PRIVACY_ACTIONS)[number]

/** Short enough for a button. */
export const PRIVACY_LABELS: Readonly<Record<PrivacyAction, string>> = {
  export: 'Get a copy',
  consent_on: 'Allow training',
  consent_off: 'Do not allow training',
  erase: 'Erase everything',
}

/** What makes sense for this person now. */
export function actionsFor(view: PrivacyView): readonly PrivacyAction[] {
  const consents: PrivacyAction = view.consent.training ? 'consent_off' : 'consent_on'
  return isKnown(view) ? ['export', consents, 'erase'] : [consents]
}

const isKnown = ({ consent, kept }: PrivacyView): boolean =>
  consent.since !== undefined || kept.some(({ count }) => count > 0)

/** Whole sentences, one a paragraph. */
export function privacySentences(view: PrivacyView): readonly string[] {
  const sentences = [keptSentence(view), consentSentence(view)]
  return isKnown(view) ? [...sentences, REACH] : sentences
}

export const PRIVACY_SAYINGS = {
  title: 'Your privacy',
  consentOn: 'What you write and do here may now help to train a model. You can take this back at any time.',
  consentOff:
    'What you write and do here is no longer used for training. It is left out of every dataset made from now on.',
  exportReady: 'Here is a copy of everything that is kept of you.',
  exportNothing: 'Nothing is kept of you.',
  /** The button that does it stands below. */
  eraseAsk:
    'This erases everything that is kept of you: what you wrote, the answers to it, your votes and your corrections. It cannot be undone.',
  eraseConfirm: 'Erase it',
  eraseCancel: 'Keep it',
  failed: 'That did not work. Please try again in a moment.',
} as const

/** The file of an export, one JSON object a line. */
export const EXPORT_FILE_NAME = 'parley-my-data.jsonl'

/**
 * @param erased what `PrivacyDesk.erase` gave.
 * @param elsewhere the platform that keeps messages of its own, as people call it; none for our own workspace.
 */
export function erasedSentence(erased: number, elsewhere?: 'Slack' | 'Discord'): string {
  const done = erased === 0 ? 'Nothing is kept of you.' : 'Everything that was kept of you is erased.'
  return elsewhere === undefined
    ? done
    : `${done} Messages in ${elsewhere} itself stay there until you delete them.`
}

// Made when they are needed: formatters take milliseconds that a start need not wait for.
const listed = (items: readonly string[]): string =>
  new Intl.ListFormat('en', { type: 'conjunction' }).format(items)
const numbered = (count: number): string => count.toLocaleString('en')
const dayOf = (at: number): string =>
  new Date(at).toLocaleDateString('en', { dateStyle: 'long', timeZone: 'UTC' })

function keptSentence({ kept }: PrivacyView): string {
  const some = kept.filter(({ count }) => count > 0)
  if (some.length === 0) return PRIVACY_SAYINGS.exportNothing
  return `This is kept of you: ${listed(some.map(({ what, count }) => `${what} (${numbered(count)})`))}.`
}

function consentSentence({ consent: { training, since } }: PrivacyView): string {
  if (since === undefined) return 'It is not used for training, because you have not allowed it.'
  return training
    ? `Since ${dayOf(since)} you allow it to be used for training.`
    : `It is not used for training: you said so on ${dayOf(since)}.`
}

const REACH = 'You can get a copy of it, change what it may be used for, or have it erased.'
