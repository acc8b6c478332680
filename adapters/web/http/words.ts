import { BALLOT_FORM, CORRECTION_FORM, REASON_FORM } from '#adapters/forms.ts'
import { EXPORT_FILE_NAME, PRIVACY_SAYINGS } from '#adapters/privacy.ts'
import { LONGEST_CORRECTION, LONGEST_REASON, REASON_LABELS, REASON_TAGS } from '#core/feedback/desk.ts'
import type { WordsView } from '../protocol.ts'

/** What the page's forms say. The page runs in a browser and imports nothing of ours, so it is told. */
export const WORDS: WordsView = {
  reason: {
    ...REASON_FORM,
    choices: REASON_TAGS.map((tag) => ({ tag, label: REASON_LABELS[tag] })),
    longest: LONGEST_REASON,
  },
  correction: { ...CORRECTION_FORM, longest: LONGEST_CORRECTION },
  ballot: {
    ...{ title: BALLOT_FORM.title, drawing: BALLOT_FORM.drawing, intro: BALLOT_FORM.intro },
    ...{ question: BALLOT_FORM.question, best: BALLOT_FORM.best, reason: BALLOT_FORM.reason },
    ...{ allBad: BALLOT_FORM.allBad, allBadHint: BALLOT_FORM.allBadHint, send: BALLOT_FORM.send },
    ...{ open: BALLOT_FORM.open, invited: BALLOT_FORM.invited, done: BALLOT_FORM.done },
  },
  privacy: { ...PRIVACY_SAYINGS, fileName: EXPORT_FILE_NAME },
}
