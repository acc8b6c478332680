import { createHash } from 'node:crypto'

/** Of a SHA-256: no two answers ever share it. */
const VERSION_DIGITS = 32

/** Names the words of an answer: a vote stays on the version that its giver saw. */
export const versionOf = (text: string): string =>
  createHash('sha256').update(text).digest('hex').slice(0, VERSION_DIGITS)
