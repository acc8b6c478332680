import type { Clock } from '#core/clock.ts'
import { ModelError } from './error.ts'
import type { LanguageModel, ModelEvent, Prompt, StreamOptions } from './model.ts'
import { afterFailure } from './retry.ts'

export interface RouteDeps {
  readonly clock: Clock
}

/**
 * Several models as one: the first that answers, in the order given (rule M3).
 *
 * When none answers, the error is the first model's: that is the one the operator chose and the reader knows. Which
 * model did answer is in its `done` event (rule M5).
 */
export function createRoute(
  models: readonly [LanguageModel, ...LanguageModel[]],
  { clock }: RouteDeps,
): LanguageModel {
  return {
    get label() {
      return models[0].label
    },
    async *stream(prompt, options) {
      let first: ModelError | undefined
      for (const model of models) {
        const failure = yield* tryModel(model, prompt, options, clock)
        if (failure === undefined) return
        first ??= failure
      }
      throw first
    },
  }
}

/** @returns why this model cannot answer; undefined once it has. @throws ModelError when no other model may try. */
async function* tryModel(
  model: LanguageModel,
  prompt: Prompt,
  options: StreamOptions,
  clock: Clock,
): AsyncGenerator<ModelEvent, ModelError | undefined> {
  for (let tries = 1; ; tries += 1) {
    let shown = false
    try {
      for await (const event of model.stream(prompt, options)) {
        yield event
        if (event.type === 'done') return undefined
        shown ||= event.delta !== ''
      }
      throw new ModelError('broken_stream', `${model.label} ended its answer without a terminal event`) // M1
    } catch (thrown) {
      if (!(thrown instanceof ModelError)) throw thrown
      const next = afterFailure(thrown, tries, shown)
      switch (next.type) {
        case 'give-up':
          throw thrown
        case 'next':
          return thrown
        case 'again':
          await pause(clock, next.waitMs, options.signal)
      }
    }
  }
}

async function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  try {
    if (ms > 0) await clock.sleep(ms, signal)
    signal.throwIfAborted()
  } catch (cause) {
    if (!signal.aborted) throw cause
    throw new ModelError('aborted', 'the request was cancelled', { cause })
  }
}
