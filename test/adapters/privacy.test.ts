import { expect, test } from 'vitest'
import { actionsFor, erasedSentence, PRIVACY_LABELS, privacySentences } from '#adapters/privacy.ts'
import type { PrivacyView } from '#core/safety/privacy-desk.ts'

const JUNE = Date.UTC(2026, 5, 3)
const nobody: PrivacyView = { consent: { training: false, since: undefined }, kept: [] }
const known: PrivacyView = {
  consent: { training: true, since: JUNE },
  kept: [
    { what: 'messages', count: 1_204 },
    { what: 'rankings', count: 0 },
    { what: 'votes and reactions', count: 3 },
  ],
}

test('S3: what is kept is said in plain sentences, without what is not there', () => {
  expect(privacySentences(known)).toEqual([
    'This is kept of you: messages (1,204) and votes and reactions (3).',
    'Since June 3, 2026 you allow it to be used for training.',
    'You can get a copy of it, change what it may be used for, or have it erased.',
  ])
  expect(privacySentences(nobody)).toEqual([
    'Nothing is kept of you.',
    'It is not used for training, because you have not allowed it.',
  ])
})

test('S2: a person who took their consent back reads when', () => {
  const back = { ...known, consent: { training: false, since: JUNE } }
  expect(privacySentences(back)[1]).toBe('It is not used for training: you said so on June 3, 2026.')
})

test('S3: only what makes sense now is offered, and a label fits a button', () => {
  expect(actionsFor(nobody)).toEqual(['consent_on'])
  expect(actionsFor(known)).toEqual(['export', 'consent_off', 'erase'])
  expect(actionsFor({ ...nobody, consent: { training: false, since: JUNE } })).toEqual([
    'export',
    'consent_on',
    'erase',
  ])
  expect(Math.max(...Object.values(PRIVACY_LABELS).map((label) => label.length))).toBeLessThanOrEqual(24)
})

test('S3: an erased person reads what stays elsewhere', () => {
  expect(erasedSentence(7)).toBe('Everything that was kept of you is erased.')
  expect(erasedSentence(7, 'Slack')).toBe(
    'Everything that was kept of you is erased. Messages in Slack itself stay there until you delete them.',
  )
  expect(erasedSentence(0)).toBe('Nothing is kept of you.')
})
