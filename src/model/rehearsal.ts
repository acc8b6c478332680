/**
 * A stand-in that needs nothing: no key, no server, no file. It shows how Parley behaves (streaming, splitting,
 * Markdown, memory of the thread) and says in every reply that it is no model and how to connect one. Keeps M1.
 */
import type { Clock } from '#core/clock.ts'
import { ModelError } from './error.ts'
import type { LanguageModel } from './model.ts'
import { rehearse } from './rehearsal/reply.ts'

export interface RehearsalSettings {
  readonly clock: Clock
  /** Between two deltas, milliseconds. About the pace of a hosted model when left out; 0 does not wait at all. */
  readonly paceMs?: number
}

const PACE_MS = 30
/** In one delta. */
const WORDS = 3

export function createRehearsal({ clock, paceMs = PACE_MS }: RehearsalSettings): LanguageModel {
  return {
    label: 'rehearsal (no model connected)',
    async *stream(prompt, { signal }) {
      let first = true
      for (const delta of pieces(rehearse(prompt))) {
        if (!first && paceMs > 0) await pause(clock, paceMs, signal)
        if (signal.aborted) throw aborted()
        first = false
        yield { type: 'text', delta }
      }
      if (signal.aborted) throw aborted()
      yield { type: 'done', finish: 'stop', model: 'rehearsal' }
    },
  }
}

/** A few words each; together exactly the text. */
function* pieces(text: string): Generator<string, void> {
  const words = text.match(/\s*\S+\s*/g) ?? []
  for (let i = 0; i < words.length; i += WORDS) yield words.slice(i, i + WORDS).join('')
}

async function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  try {
    await clock.sleep(ms, signal)
  } catch (cause) {
    throw signal.aborted ? aborted(cause) : cause
  }
}

const aborted = (cause?: unknown) => new ModelError('aborted', 'the request was cancelled', { cause })
