import type { ComparisonDesk } from './comparison-desk.ts'

const NOT_YET = 'This is not possible yet.'

/** Comparison tasks: answers sampled, ballots dealt, rankings recorded. */
export function createComparisons(): ComparisonDesk {
  return {
    begin: async () => ({ say: NOT_YET }),
    ballot: async () => ({ say: NOT_YET }),
    rank: async () => ({ ok: false, say: NOT_YET }),
    queue: async () => [],
  }
}
