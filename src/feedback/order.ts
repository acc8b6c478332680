import { type FeedbackEvent, nameOf } from './event.ts'

/** As many digits as the times in the platforms' orders have, so that text compares as time does. */
const TIME_DIGITS = 13

/**
 * What happened first comes first, as the platform says; where it gave no order, by time; the rest by name, so that
 * the order never depends on the order of arrival.
 */
export function inOrder(a: FeedbackEvent, b: FeedbackEvent): number {
  const [one, other] = [orderOf(a), orderOf(b)]
  if (one !== other) return one < other ? -1 : 1
  const [name, otherName] = [nameOf(a.id), nameOf(b.id)]
  return name < otherName ? -1 : Number(name > otherName)
}

const orderOf = ({ order, at }: FeedbackEvent): string => order ?? String(at).padStart(TIME_DIGITS, '0')
