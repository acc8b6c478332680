import type { FeedbackDesk } from './desk.ts'

const NOT_YET = 'This is not possible yet.'

/** Reasons and corrections, recorded. */
export function createFeedbackDesk(): FeedbackDesk {
  return {
    replyShownBy: async () => undefined,
    explain: async () => ({ ok: false, say: NOT_YET }),
    draft: async () => ({ say: NOT_YET }),
    correct: async () => ({ ok: false, say: NOT_YET }),
  }
}
