import type { Clock } from '#core/clock.ts'
import { ModelError } from '#core/model/error.ts'
import type { Choice, LanguageModel, ModelEvent, Prompt, Sampling, Usage } from '#core/model/model.ts'

/** What came of asking the model. `text` is what it said, also when it broke off. */
export type Completion =
  | {
      readonly ended: 'answered' | 'refused'
      readonly text: string
      readonly model: string
      readonly cut: boolean
      readonly usage?: Usage
      readonly choice?: Choice
    }
  /** A person asked for it (rule T5). */
  | { readonly ended: 'stopped'; readonly text: string }
  | { readonly ended: 'failed'; readonly text: string; readonly error: ModelError }

export interface CompletionRequest {
  readonly model: LanguageModel
  readonly prompt: Prompt
  readonly sampling: Sampling
  readonly cacheKey: string
  /** The turn is no longer ours: the request is given up, and nothing may be shown. */
  readonly signal: AbortSignal
  /** The reader has had enough: the request is given up, and what was said stays. */
  readonly stop: AbortSignal
  readonly clock: Clock
  readonly onText: (delta: string) => void
  readonly onArm?: (arm: string) => void
  readonly bestOf?: number | undefined
}

/** Servers cut their deltas anywhere, also within an emoji; no platform takes one half. */
const HALF_AT_END = /[\uD800-\uDBFF]$/

/**
 * Ask the model and pass its words on as they come.
 *
 * A failure is an outcome, because the reader must see it (rule T4); only our own cancellation is thrown.
 */
export async function complete(request: CompletionRequest): Promise<Completion> {
  const { model, prompt, sampling, cacheKey, stop, onText, onArm, bestOf } = request
  const signal = AbortSignal.any([request.signal, stop])
  const options = { sampling, cacheKey, signal, bestOf, ...(onArm === undefined ? {} : { onArm }) }
  let text = ''
  let half = ''
  let refused = false
  if (stop.aborted) return { ended: 'stopped', text }
  try {
    for await (const event of model.stream(prompt, options)) {
      if (event.type === 'done') return ending(event, text + half.toWellFormed(), refused)
      if (stop.aborted) break
      refused ||= event.type === 'refusal'
      const arrived = half + event.delta
      half = HALF_AT_END.exec(arrived)?.[0] ?? ''
      const delta = arrived.slice(0, arrived.length - half.length).toWellFormed()
      text += delta
      onText(delta)
    }
    if (stop.aborted) return { ended: 'stopped', text }
    throw new ModelError('broken_stream', 'the stream ended without a terminal event')
  } catch (error) {
    request.signal.throwIfAborted()
    if (stop.aborted) return { ended: 'stopped', text }
    if (!(error instanceof ModelError)) throw error
    return { ended: 'failed', text, error }
  }
}

function ending(done: Extract<ModelEvent, { type: 'done' }>, text: string, refused: boolean): Completion {
  if (text.trim() === '' && done.finish !== 'filtered')
    return { ended: 'failed', text: '', error: new ModelError('broken_stream', 'the model said nothing') }
  return {
    ended: refused || done.finish === 'filtered' ? 'refused' : 'answered',
    text,
    model: done.model,
    cut: done.finish === 'length',
    ...(done.usage === undefined ? {} : { usage: done.usage }),
    ...(done.choice === undefined ? {} : { choice: done.choice }),
  }
}
