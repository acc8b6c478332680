import type { Demonstration } from '../demonstrations.ts'
import type { DemonstrationInsight } from './view.ts'

export async function foldDemonstrations(
  demonstrations: AsyncIterable<Demonstration>,
): Promise<DemonstrationInsight> {
  const counts = { draft: 0, submitted: 0, reviewed: 0, rejected: 0, corrections: 0 }
  for await (const { status, of } of demonstrations) {
    counts[status] += 1
    if (of !== undefined) counts.corrections += 1
  }
  return counts
}
