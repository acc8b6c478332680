/**
 * The rollout as the bot starts with it: one read of the store for each reply, and nothing else loaded until a model
 * was promoted, put on some threads or made a shadow, which may happen while the bot runs.
 */
import { POINTER } from '#core/learning/registry/key.ts'
import type { LanguageModel } from '#core/model/model.ts'
import type { OpenRolloutDeps } from './open-rollout.ts'

export function createLateRollout(deps: OpenRolloutDeps): LanguageModel {
  const { configured, models } = deps
  let loaded: Promise<LanguageModel> | undefined
  const load = async (): Promise<LanguageModel> => {
    const { openRollout } = await import('./open-rollout.ts')
    return openRollout(deps)
  }
  const rollout = (): Promise<LanguageModel> => {
    loaded ??= load().catch((error: unknown) => {
      // The next reply tries again.
      loaded = undefined
      throw error
    })
    return loaded
  }
  return {
    label: configured.label,
    async *stream(prompt, options) {
      const isIdle = loaded === undefined && (await models.get(POINTER)) === undefined
      const model = isIdle ? configured : await rollout()
      yield* model.stream(prompt, options)
    },
  }
}
