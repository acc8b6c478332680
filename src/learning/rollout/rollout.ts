/**
 * What was learned, answering people: the model in production, a canary beside it on some threads, a shadow that nobody
 * sees. One model to the dialogue, which knows nothing of it. Rules L4 to L6.
 *
 * The pointer is read for each reply, so a rollback holds from the next one on, on every replica. An arm that cannot be
 * opened is no reason to leave a person without an answer: the model of the configuration answers then.
 */
import type { Logger } from 'pino'
import type { Clock } from '#core/clock.ts'
import type { Pointer } from '#core/learning/registry/pointer.ts'
import { ModelError } from '#core/model/error.ts'
import type { LanguageModel, ModelEvent, Prompt, StreamOptions } from '#core/model/model.ts'
import { armOf } from './arm.ts'
import type { Exposure, Exposures, Trial } from './exposures.ts'
import { type Decision, decide, LOOK_EVERY } from './guardrails.ts'

export interface RolloutDeps {
  /** The model of the configuration. */
  readonly configured: LanguageModel
  readonly pointer: () => Promise<Pointer>
  /** A model of the registry, to be asked. @throws when it is not there or not served. */
  readonly open: (id: string) => Promise<LanguageModel>
  readonly exposures: Exposures
  /** Replies with more bad than good votes since then, by arm. */
  readonly downVotes: (since: number) => Promise<ReadonlyMap<string, number>>
  /** Takes the canary back. */
  readonly rollBack: (model: string, reason: string) => Promise<void>
  readonly salt: string
  readonly clock: Clock
  readonly log: Logger
}

/** The arm of the model that the configuration names. */
export const CONFIGURED = 'default'

export function createRollout(deps: RolloutDeps): LanguageModel {
  const { configured, clock, log } = deps
  const opened = new Map<string, Promise<LanguageModel>>()
  const looks = new Looks(deps)

  const open = async (arm: string): Promise<LanguageModel | undefined> => {
    if (arm === CONFIGURED) return configured
    const opening = opened.get(arm) ?? deps.open(arm)
    opened.set(arm, opening)
    try {
      return await opening
    } catch (error) {
      opened.delete(arm)
      log.error({ err: error, model: arm }, 'a model of the registry could not be opened')
      return undefined
    }
  }

  return {
    label: configured.label,
    async *stream(prompt, options) {
      const pointer = await deps.pointer()
      const chosen = choose(pointer, options.cacheKey, deps.salt)
      const found = await open(chosen)
      const [arm, model] = found === undefined ? [CONFIGURED, configured] : [chosen, found]
      options.onArm?.(arm)
      const began = clock.now()
      if (pointer.shadow !== undefined && options.onArm !== undefined)
        void besides(pointer.shadow, prompt, options)
      let done: Extract<ModelEvent, { type: 'done' }> | undefined
      let failed = false
      try {
        for await (const event of model.stream(prompt, options)) {
          if (event.type === 'done') done = event
          yield event
        }
      } catch (error) {
        failed = error instanceof ModelError && !options.signal.aborted
        throw error
      } finally {
        // Whoever stopped the reply says nothing about the model, and what is drawn for a comparison is no reply.
        const counts = options.onArm !== undefined && (done !== undefined || failed)
        if (pointer.canary !== undefined && counts) {
          const tokens = done?.usage?.outputTokens
          const seen = { ms: clock.now() - began, failed, ...(tokens === undefined ? {} : { tokens }) }
          void looks.seen(pointer.canary, arm, seen, pointer.production ?? CONFIGURED)
        }
      }
    },
  }

  /** Its words are not kept: nobody asked for them. Never rejects, and nobody waits for it. */
  async function besides(id: string, prompt: Prompt, options: StreamOptions): Promise<void> {
    const began = clock.now()
    const { onArm: _, ...quiet } = options
    try {
      const model = await open(id)
      if (model === undefined) return
      const answer = await heard(model.stream(prompt, quiet))
      await deps.exposures.add(shadowOf(id), SHADOW, { ...answer, ms: clock.now() - began })
    } catch (error) {
      if (!options.signal.aborted) log.warn({ err: error, model: id }, 'the shadow could not be recorded')
    }
  }
}

/** The arm of what nobody sees. */
export const SHADOW = 'shadow'
/** A shadow harms nobody, so it is one trial from beginning to end. */
export const shadowOf = (model: string): Trial => ({ model, since: 0 })

/** @returns what a shadow's answer tells, also when it failed. */
async function heard(events: AsyncIterable<ModelEvent>): Promise<Pick<Exposure, 'tokens' | 'failed'>> {
  try {
    for await (const event of events) {
      if (event.type !== 'done') continue
      const tokens = event.usage?.outputTokens
      return { failed: false, ...(tokens === undefined ? {} : { tokens }) }
    }
    return { failed: true }
  } catch (error) {
    if (error instanceof ModelError && error.kind !== 'aborted') return { failed: true }
    throw error
  }
}

/** A request that belongs to no thread is answered by what is in production. */
function choose({ production, canary }: Pointer, thread: string | undefined, salt: string): string {
  const first = production ?? CONFIGURED
  if (canary === undefined || thread === undefined) return first
  return armOf(thread, { salt, percent: canary.percent }) === 'canary' ? canary.model : first
}

/** Counts, and looks from time to time. */
class Looks {
  readonly #deps: RolloutDeps
  /** Replies of the canary in this process since its last look. Others look for themselves: a look costs little. */
  #sinceLook = 0

  constructor(deps: RolloutDeps) {
    this.#deps = deps
  }

  /** Never rejects: what cannot be counted costs nobody an answer. */
  async seen(trial: Trial, arm: string, exposure: Exposure, beside: string): Promise<void> {
    const { exposures, log } = this.#deps
    try {
      await exposures.add(trial, arm, exposure)
      if (arm !== trial.model) return
      this.#sinceLook += 1
      if (this.#sinceLook < LOOK_EVERY) return
      this.#sinceLook = 0
      await this.#look(trial, beside)
    } catch (error) {
      log.error({ err: error, model: trial.model }, 'the canary could not be judged')
    }
  }

  async #look(trial: Trial, beside: string): Promise<Decision> {
    const { exposures, downVotes, rollBack, log } = this.#deps
    const votes = await downVotes(trial.since)
    const [canary, production] = await Promise.all([
      exposures.figures(trial, trial.model, votes),
      exposures.figures(trial, beside, votes),
    ])
    const decision = decide(canary, production)
    log.info({ model: trial.model, ...canary, decision: decision.kind }, 'a look at the canary')
    if (decision.kind === 'roll back') await rollBack(trial.model, decision.reason)
    return decision
  }
}
