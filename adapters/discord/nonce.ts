import { createHash } from 'node:crypto'

/** Discord's own limit, in characters. */
const LONGEST = 25

/** Names the post of one part of an answer to a question: two posts with one name make one message, for some minutes. */
export const nonceOf = (question: string, part: number, lost: number): string =>
  createHash('sha256').update(`${question} ${part} ${lost}`).digest('base64url').slice(0, LONGEST)
