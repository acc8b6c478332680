/** How often packets of text come (rule D3: a write follows a packet). Pure. Milliseconds on the caller's clock. */

export interface Rhythm {
  /** When the newest packet came. */
  readonly newest: number
  /** Usual time between two packets; zero while unknown. */
  readonly usualGapMs: number
}

export const SILENT: Rhythm = { newest: Number.NEGATIVE_INFINITY, usualGapMs: 0 }

/** Deltas this close are one packet. */
const PACKET_MS = 5
/** How much the newest gap counts: some ten packets make a rhythm. */
const SHARE = 0.15
/** A gap counts as at most so many usual ones, and the first as at most this: a pause says nothing of the rhythm. */
const MOST_USUAL = 2
const MOST_FIRST_MS = 1_000

/** The rhythm once text has come. */
export function heardAt({ newest, usualGapMs }: Rhythm, now: number): Rhythm {
  const gap = now - newest
  if (gap < PACKET_MS) return { newest, usualGapMs }
  if (!Number.isFinite(gap)) return { newest: now, usualGapMs }
  if (usualGapMs === 0) return { newest: now, usualGapMs: Math.min(gap, MOST_FIRST_MS) }
  const counted = Math.min(gap, MOST_USUAL * usualGapMs)
  return { newest: now, usualGapMs: usualGapMs + SHARE * (counted - usualGapMs) }
}
