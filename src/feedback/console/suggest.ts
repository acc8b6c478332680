/**
 * What a model would say next, streamed, for either side of a dialogue. Rules C3, M1, M5, T4, T5.
 *
 * Whatever came is recorded when the stream ends, in whichever way: the trainer may have taken a part of it.
 */
import type { Clock } from '#core/clock.ts'
import { ModelError } from '#core/model/error.ts'
import { explain } from '#core/model/explain.ts'
import type { LanguageModel, ModelEvent, Sampling } from '#core/model/model.ts'
import type { Pseudonyms } from '#core/safety/pseudonyms.ts'
import type { SuggestionEvent, SuggestionRequest } from '../console-desk.ts'
import { recordId } from '../record-id.ts'
import { type Asked, promptFor } from './prompt.ts'
import { CONSOLE_SAYINGS } from './sayings.ts'
import type { Suggestion, Suggestions } from './suggestions.ts'

export interface SuggestDeps {
  readonly model: LanguageModel
  readonly sampling: Sampling
  /** How many are drawn for a suggestion, of which the best is given; one when left out. */
  readonly bestOf?: number | undefined
  readonly contextTokens: number
  readonly suggestions: Suggestions
  readonly pseudonyms: Pseudonyms
  readonly clock: Clock
}

/** A person writes one turn at a time; a second window may do so too. */
const AT_ONCE = 2

/** Servers cut their deltas anywhere, also within an emoji. */
const HALF_AT_END = /[\uD800-\uDBFF]$/

export class Suggesting {
  readonly #deps: SuggestDeps
  /** By trainer: how many are being written. Gone when none is. */
  readonly #running = new Map<string, number>()
  /** Tells apart what one trainer asks for within a millisecond. */
  #asked = 0

  constructor(deps: SuggestDeps) {
    this.#deps = deps
  }

  /** Ends with `done` or `failed`. @throws the signal's reason */
  async *suggest(request: SuggestionRequest, signal: AbortSignal): AsyncGenerator<SuggestionEvent> {
    const { pseudonyms, contextTokens } = this.#deps
    const asked = promptFor(request, request.side, contextTokens)
    if ('say' in asked) {
      yield { type: 'failed', say: asked.say }
      return
    }
    const trainer = pseudonyms.of(request.by)
    const running = this.#running.get(trainer) ?? 0
    if (running >= AT_ONCE) {
      yield { type: 'failed', say: CONSOLE_SAYINGS.busy }
      return
    }
    this.#running.set(trainer, running + 1)
    try {
      yield* this.#write(request, asked, trainer, signal)
    } finally {
      const left = (this.#running.get(trainer) ?? 1) - 1
      if (left === 0) this.#running.delete(trainer)
      else this.#running.set(trainer, left)
    }
  }

  async *#write(
    { side, at }: SuggestionRequest,
    { prompt, promptVersion, dropped }: Asked,
    trainer: string,
    signal: AbortSignal,
  ): AsyncGenerator<SuggestionEvent> {
    const { model, sampling, bestOf, suggestions } = this.#deps
    this.#asked += 1
    const id = recordId(at, `console/suggestion/${trainer}/${side}/${this.#asked}`)
    let record: Suggestion = {
      ...{ schema: 1, id, at, provenance: 'console', trainer, side, text: '', model: model.label },
      ...{ promptVersion, sampling: { ...sampling }, ended: 'stopped' },
    }
    yield { type: 'start', id, model: model.label, dropped }
    try {
      const words = new Words()
      for await (const event of model.stream(prompt, { sampling, signal, bestOf })) {
        if (event.type === 'done') {
          record = ended(record, event)
          break
        }
        const delta = words.next(event.delta)
        if (delta === '') continue
        record = { ...record, text: record.text + delta }
        yield { type: 'text', delta }
      }
      if (record.ended === 'stopped' && !signal.aborted)
        throw new ModelError('broken_stream', 'the stream ended without a terminal event')
      signal.throwIfAborted()
      if (record.text.trim() === '') yield { type: 'failed', say: CONSOLE_SAYINGS.nothingSaid }
      else yield { type: 'done', model: record.model, cut: record.ended === 'cut' }
    } catch (error) {
      signal.throwIfAborted()
      record = { ...record, ended: 'failed' }
      if (!(error instanceof ModelError)) throw error
      yield { type: 'failed', say: explain(error) }
    } finally {
      if (record.text.trim() !== '') await suggestions.put(record)
    }
  }
}

const ended = (
  record: Suggestion,
  { finish, model, choice }: Extract<ModelEvent, { type: 'done' }>,
): Suggestion => ({
  ...{ ...record, model },
  ended: finish === 'length' ? 'cut' : 'finished',
  ...(choice === undefined ? {} : { choice }),
})

/** Text that comes in pieces, in whole characters. */
class Words {
  /** The first half of a character whose second half is still to come. */
  #half = ''

  next(delta: string): string {
    const arrived = this.#half + delta
    this.#half = HALF_AT_END.exec(arrived)?.[0] ?? ''
    return arrived.slice(0, arrived.length - this.#half.length).toWellFormed()
  }
}
