import { createHash } from 'node:crypto'

/** Half of a SHA-256: no two records of an installation ever share it. */
const NAME_DIGITS = 32
/** Milliseconds since the epoch have 13 digits until the year 2286; padding keeps ids sortable as text. */
const TIME_DIGITS = 13

/** Sortable by time. @param name the same for every delivery of what is recorded, so that it is recorded once (F1). */
export const recordId = (at: number, name: string): string =>
  `${String(at).padStart(TIME_DIGITS, '0')}-${createHash('sha256').update(name).digest('hex').slice(0, NAME_DIGITS)}`
