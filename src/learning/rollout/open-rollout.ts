/** The rollout with the registry, the votes and the wire behind it: what `late-rollout.ts` loads once there is one. */
import type { Logger } from 'pino'
import type { Clock } from '#core/clock.ts'
import type { ReplyFeedback } from '#core/feedback/fold.ts'
import { LearningError } from '#core/learning/engine.ts'
import { Registry } from '#core/learning/registry/registry.ts'
import type { LanguageModel } from '#core/model/model.ts'
import { createOpenAI, type OpenAISettings } from '#core/model/openai/openai.ts'
import type { Audit } from '#core/safety/audit.ts'
import type { Namespace } from '#core/store/namespaces.ts'
import { Exposures } from './exposures.ts'
import { createRollout } from './rollout.ts'

export interface OpenRolloutDeps {
  readonly configured: LanguageModel
  /** What stands around every model that answers. */
  readonly choosing?: (model: LanguageModel) => LanguageModel
  readonly models: Namespace
  readonly exposures: Namespace
  /** Every reply that people voted on. */
  readonly replies: () => AsyncIterable<ReplyFeedback>
  /** Of the model that the configuration names: what is served beside it takes its key and its patience. */
  readonly settings: Omit<OpenAISettings, 'model'>
  readonly audit: Pick<Audit, 'add'>
  /** Secret of the installation. */
  readonly salt: string
  readonly fetch: typeof fetch
  readonly clock: Clock
  readonly log: Logger
}

export function openRollout(deps: OpenRolloutDeps): LanguageModel {
  const { configured, models, clock, log, salt, settings, choosing = (model) => model } = deps
  const registry = new Registry({
    ...{ store: models, clock },
    // Nothing is promoted here, only taken back.
    flawOf: async () => undefined,
    audit: (action, model, by, why) =>
      deps.audit.add({ at: clock.now(), action, by, model, ...(why === undefined ? {} : { why }) }),
  })
  return createRollout({
    ...{ configured, clock, log, salt },
    pointer: () => registry.pointer(),
    exposures: new Exposures(deps.exposures),
    downVotes: (since) => downVotes(deps.replies(), since),
    rollBack: async (model, reason) => {
      await registry.rollback(model, 'guardrail', reason)
      log.warn({ model, reason }, 'the canary was rolled back')
    },
    open: async (id) => {
      const { served } = (await registry.get(id)).artifact
      if (served === undefined) throw new LearningError(`${id} is not served anywhere. Roll it back.`)
      const { apiKey, baseUrl, ...patience } = settings
      // Nobody else's server is told the key.
      const key = apiKey !== undefined && served.baseUrl === baseUrl ? { apiKey } : {}
      return choosing(createOpenAI({ ...patience, ...key, ...served }, { fetch: deps.fetch }))
    },
  })
}

/** Replies that were voted down since then, by arm: each once, however many people did. */
async function downVotes(
  replies: AsyncIterable<ReplyFeedback>,
  since: number,
): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>()
  for await (const { label, votes } of replies) {
    const arm = votes.find(({ at }) => at >= since)?.arm
    if (label === -1 && arm !== undefined) found.set(arm, (found.get(arm) ?? 0) + 1)
  }
  return found
}
