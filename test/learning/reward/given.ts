/** A reward model that a test can read: the longer the answer, the better. */
import type { Judged, RewardModel, Score } from '#core/learning/reward/reward-model.ts'

export interface FakeReward extends RewardModel {
  /** What it was asked, a list a call. */
  readonly asked: (readonly Judged[])[]
}

export function fakeReward(
  more: {
    readonly shadow?: boolean
    readonly scoreOf?: (judged: Judged) => Score
    /** Before each answer; may throw. */
    readonly first?: (call: number, signal: AbortSignal, judged: readonly Judged[]) => Promise<void>
  } = {},
): FakeReward {
  const asked: (readonly Judged[])[] = []
  const { scoreOf = byLength } = more
  return {
    id: 'rm_test',
    shadow: more.shadow ?? false,
    asked,
    score: async (judged, signal) => {
      asked.push(judged)
      await more.first?.(asked.length, signal, judged)
      return judged.map(scoreOf)
    },
  }
}

export const byLength = ({ answer }: Judged): Score => ({
  value: answer.length / 100,
  conservative: answer.length / 100 - 0.1,
})

export const alike = (value: number): Score => ({ value, conservative: value })
