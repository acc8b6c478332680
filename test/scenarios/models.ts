import { setTimeout as pause } from 'node:timers/promises'
import type { LanguageModel, ModelEvent, Prompt } from '#core/model/model.ts'

/** Small enough that every answer comes in several pieces. */
const DELTA_CHARACTERS = 12

/**
 * A model for scenarios: it answers with what it was asked last and everything it remembers, so that a reader's
 * screen alone tells which questions a reply covers and what the prompt held.
 */
export function rememberingModel(options: { readonly pauseMs?: number } = {}): LanguageModel {
  return {
    label: 'remembering model',
    stream: (prompt, { signal }) => stream(answerTo(prompt), options.pauseMs ?? 0, signal),
  }
}

export const answerTo = ({ turns }: Prompt): string => {
  const asked = turns
    .filter(({ role }) => role === 'user')
    .map(({ content }) => content.replaceAll('\n\n', ' and '))
  return `Answering ${asked.at(-1)}. Before that: ${asked.slice(0, -1).join('; ') || 'nothing'}.`
}

async function* stream(text: string, pauseMs: number, signal: AbortSignal): AsyncIterable<ModelEvent> {
  for (let at = 0; at < text.length; at += DELTA_CHARACTERS) {
    if (pauseMs > 0) await pause(pauseMs, undefined, { signal })
    yield { type: 'text', delta: text.slice(at, at + DELTA_CHARACTERS) }
  }
  yield { type: 'done', finish: 'stop', model: 'remembering-1' }
}
