/** A reward model by its address: the one way in which the bot and the commands come to it. */
import type { EmbedderDeps } from './open-embedder.ts'
import type { RewardModel } from './reward-model.ts'

export interface RewardAddress {
  /** Of a trained model (`open-reward-model.ts`), or `http://…` of a reward service (`parley learn rm serve`). */
  readonly address: string
  /** The service's. */
  readonly token?: string | undefined
  /** Where to have embeddings from, when not from where they came in training. */
  readonly embed?: string | undefined
}

export interface OpenRewardDeps extends EmbedderDeps {
  readonly fetch: typeof fetch
}

export const isService = (address: string): boolean => /^https?:\/\//i.test(address)

/**
 * Loads only what the address needs.
 *
 * @throws LearningError when there is no reward model at the address, or it does not fit the embeddings
 * @throws ModelError, ConfigError when the service or the embeddings cannot be had
 */
export async function openReward(
  { address, token = '', embed }: RewardAddress,
  deps: OpenRewardDeps,
  signal: AbortSignal,
): Promise<RewardModel> {
  if (isService(address)) {
    const { openRemoteReward } = await import('./remote.ts')
    return openRemoteReward({ url: address, token, fetch: deps.fetch }, signal)
  }
  const { openRewardModel } = await import('./open-reward-model.ts')
  return openRewardModel({ address, embed }, signal, deps)
}
