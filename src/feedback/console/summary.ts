import type { DialogueSummary } from '../console-desk.ts'
import type { Demonstration } from '../demonstrations.ts'

/** Characters of a title. */
const TITLE_SIZE = 90

/** One line of a list. Pure. */
export function summaryOf(record: Demonstration): DialogueSummary {
  const { id, status, messages, at, changedAt, review, versionOf } = record
  const said = messages.filter(({ role, content }) => role !== 'system' && content.trim() !== '')
  return {
    ...{ id, status, title: titleOf(said[0]?.content ?? ''), turns: said.length, changedAt: changedAt ?? at },
    ...(review?.note === undefined || status === 'reviewed' ? {} : { note: review.note }),
    isVersion: versionOf !== undefined,
  }
}

function titleOf(text: string): string {
  const [line = ''] = text.trim().split('\n')
  const letters = [...line]
  return letters.length <= TITLE_SIZE ? line : `${letters.slice(0, TITLE_SIZE).join('').trimEnd()} …`
}
