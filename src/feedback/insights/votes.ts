import { REASON_LABELS } from '../desk.ts'
import type { ReplyFeedback } from '../fold.ts'
import { Coincidences } from '../statistics/alpha.ts'
import { clusteredProportion, NO_CLUSTERS, withCluster } from '../statistics/proportion.ts'
import { Sums } from '../stats.ts'
import { overTime } from './periods.ts'
import type { Insights, VoteInsight } from './view.ts'

const LABELS: ReadonlyMap<string, string> = new Map(Object.entries(REASON_LABELS))

/** Of every reply: what people think of it, and whether they think the same. Holds one reply at a time. */
export async function foldVotes(
  replies: AsyncIterable<ReplyFeedback>,
): Promise<{ readonly votes: VoteInsight; readonly reasons: Insights['reasons'] }> {
  const sums = new Sums()
  const coincidences = new Coincidences()
  let together = NO_CLUSTERS
  for await (const reply of replies) {
    sums.add(reply)
    coincidences.add(reply.votes.flatMap(({ value }) => (value === 0 ? [] : [value])))
    together = withCluster(together, agreementOn(reply))
  }
  const { votes, reasons, byDay, byModel, byPromptVersion, byPlatform, ...counts } = sums.total()
  return {
    votes: {
      ...{ good: votes.good, bad: votes.bad, share: votes.share },
      ...{ replies: counts.replies, raters: counts.raters, retracted: counts.retracted },
      overTime: overTime(byDay.map(({ name, good, bad }) => ({ start: name, good, bad }))),
      ...{ byModel, byPromptVersion, byPlatform },
      agreement: clusteredProportion(together),
      alpha: coincidences.alpha('nominal'),
    },
    reasons: reasons.map(({ tag, count }) => ({ tag, label: LABELS.get(tag) ?? tag, count })),
  }
}

/** Every two people who voted on it. */
function agreementOn({ good, bad }: ReplyFeedback) {
  const pairs = (people: number): number => (people * (people - 1)) / 2
  return { hits: pairs(good) + pairs(bad), of: pairs(good + bad) }
}
