import { grouped } from '#core/store/sorted.ts'
import type { FeedbackEvent } from './event.ts'
import { foldReply, type PolarityOf, type ReplyFeedback } from './fold.ts'

/** Every reply that people did something about, and what it comes to. Memory stays flat, whatever the ledger's size. */
export async function* repliesWithFeedback(
  events: AsyncIterable<FeedbackEvent>,
  polarityOf: PolarityOf,
): AsyncGenerator<ReplyFeedback> {
  for await (const group of grouped(events, ({ reply }) => reply)) yield foldReply(group, polarityOf)
}
