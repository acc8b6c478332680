/**
 * Best-of-n as the bot starts with it: nothing of it is loaded before the first answer that several are drawn for.
 */
import type { LanguageModel } from '#core/model/model.ts'
import type { BestOfNDeps } from './best-of-n.ts'

export function createLateBestOfN(model: LanguageModel, deps: BestOfNDeps): LanguageModel {
  let loaded: Promise<LanguageModel> | undefined
  const load = async (): Promise<LanguageModel> => {
    const { createBestOfN } = await import('./best-of-n.ts')
    return createBestOfN(model, deps)
  }
  return {
    get label() {
      return model.label
    },
    async *stream(prompt, options) {
      const { bestOf = 1 } = options
      if (bestOf > 1) loaded ??= load()
      yield* ((await loaded) ?? model).stream(prompt, options)
    },
  }
}
