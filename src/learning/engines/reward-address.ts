import { type JobSpec, LearningError } from '#core/learning/engine.ts'

/** Where Parley's reward service is, as trainers other than ours ask it (`reward/service.ts`). */
export interface RewardAddress {
  /** Without a path or a slash at its end. */
  readonly origin: string
  readonly token: string
}

/** By which the token comes where the address does not hold it: addresses are printed and kept. */
export const TOKEN_NAME = 'PARLEY_REWARD_TOKEN'

/** Undefined for what is no web address: a model's name or folder. */
export const isAddress = (reward: string | undefined): reward is string => /^https?:\/\//i.test(reward ?? '')

/**
 * @param reward `http://10.0.0.5:5000`, or with everything as OpenRLHF takes it:
 *   `http://10.0.0.5:5000/get_reward?k=<token>`
 * @throws LearningError
 */
export function rewardAddress({ reward }: JobSpec, env: NodeJS.ProcessEnv): RewardAddress {
  const url = URL.parse(reward ?? '')
  if (!isAddress(reward) || url === null) {
    throw new LearningError(
      `${reward === undefined ? 'No reward model is given' : `${reward} is no web address`}. Start one with "parley learn rm serve" and give its address with --reward.`,
    )
  }
  const token = url.searchParams.get('k') ?? env[TOKEN_NAME]
  if (token === undefined || token === '') {
    throw new LearningError(
      `The reward service wants its token. Set ${TOKEN_NAME}, or write it as ?k= at the end of the address.`,
    )
  }
  const path = url.pathname.replace(/\/(?:get_reward|v1\/reward)?\/?$/, '')
  return { origin: `${url.origin}${path}`, token }
}
