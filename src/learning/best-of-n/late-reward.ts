/** The bot's reward model: nothing of one is loaded before an answer needs it. */
import type { OpenRewardDeps, RewardAddress } from '#core/learning/reward/open.ts'
import type { RewardModel } from '#core/learning/reward/reward-model.ts'

/** A model of embeddings may have to be loaded from disk. What takes longer is tried again by the next answer. */
const OPENS_WITHIN_MS = 60_000

/** @returns what opens the reward model; see `openReward` for what it throws */
export function lateReward(address: RewardAddress, deps: OpenRewardDeps): () => Promise<RewardModel> {
  return async () => {
    const { openReward } = await import('#core/learning/reward/open.ts')
    return openReward(address, deps, AbortSignal.timeout(OPENS_WITHIN_MS))
  }
}
