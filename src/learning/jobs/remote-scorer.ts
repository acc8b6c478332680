import { reasonOf } from '#core/errors.ts'
import { LearningError } from '#core/learning/engine.ts'
import type { Scorer } from '#core/learning/local/trainer.ts'
import { openRemoteReward } from '#core/learning/reward/remote.ts'

/** A service on this machine answers at once; one behind a tunnel within seconds. */
const PATIENCE_MS = 10_000

export interface ScorerDeps {
  readonly env: NodeJS.ProcessEnv
  readonly fetch: typeof fetch
}

/** A reward service, for PPO of the engine `local`. @throws LearningError when it is not there. */
export async function openScorer(url: string, { env, fetch }: ScorerDeps): Promise<Scorer> {
  const token = env.PARLEY_REWARD_TOKEN
  if (token === undefined)
    throw new LearningError(`The reward service at ${url} wants a token. Set PARLEY_REWARD_TOKEN to it.`)
  const opening = openRemoteReward({ url, token, fetch }, AbortSignal.timeout(PATIENCE_MS))
  const reward = await opening.catch((error: unknown) => {
    throw new LearningError(
      `${reasonOf(error)}. Start one with "parley learn rm serve", or give another --reward.`,
    )
  })
  return async (rows, signal) => {
    const judged = rows.map(({ prompt, completion }) => ({ conversation: prompt, answer: completion }))
    return (await reward.score(judged, signal)).map(({ value }) => value)
  }
}
