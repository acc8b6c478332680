import { setTimeout as pause } from 'node:timers/promises'
import type { LanguageModel, ModelEvent, Prompt } from '#core/model/model.ts'

/** Small enough that every answer comes in several pieces. */
const DELTA_CHARACTERS = 12

/**
 * A model for scenarios: it answers with what it was asked last and everything it remembers, so that a reader's
 * screen alone tells which questions a reply covers and what the prompt held.
 *
 * @param rest the second half of every answer comes after this
 */
export function rememberingModel({ rest }: { readonly rest?: Promise<void> } = {}): LanguageModel {
  return {
    label: 'remembering model',
    stream: (prompt) => stream(answerTo(prompt), rest),
  }
}

export const answerTo = ({ turns }: Prompt): string => {
  const asked = turns
    .filter(({ role }) => role === 'user')
    .map(({ content }) => content.replaceAll('\n\n', ' and '))
  return `Answering ${asked.at(-1)}. Before that: ${asked.slice(0, -1).join('; ') || 'nothing'}.`
}

/** Answers differently each time, and says which time it is. */
export function draftingModel(): LanguageModel & { readonly drafts: number } {
  let drafts = 0
  return {
    label: 'drafting model',
    get drafts() {
      return drafts
    },
    stream: (prompt) => {
      drafts += 1
      return stream(`Draft ${drafts} for ${answerTo(prompt)}`)
    },
  }
}

/** @param count of lines of 45 characters or more each; behind them comes `The end.` */
export function longModel(count: number): LanguageModel {
  const lines = Array.from({ length: count }, (_, n) => `Line ${n} of this long answer has words in it.`)
  return {
    label: 'long model',
    async *stream() {
      for (const line of lines) yield { type: 'text', delta: `${line}\n` }
      yield { type: 'text', delta: 'The end.' }
      yield { type: 'done', finish: 'stop', model: 'long-1' }
    },
  }
}

/** Writes until it is stopped. */
export function tirelessModel(): LanguageModel & { readonly streams: number } {
  /** How many are being written now. */
  let streams = 0
  return {
    label: 'tireless model',
    get streams() {
      return streams
    },
    async *stream(_prompt, { signal }) {
      streams += 1
      try {
        for (let n = 1; ; n += 1) {
          await pause(20, undefined, { signal })
          yield { type: 'text', delta: `word${n} ` }
        }
      } finally {
        streams -= 1
      }
    },
  }
}

/** Writes until it is stopped when it is asked for everything; otherwise as the remembering one. */
export function talkativeModel(): LanguageModel & { readonly streams: number } {
  const tireless = tirelessModel()
  const remembering = rememberingModel()
  return {
    label: 'talkative model',
    get streams() {
      return tireless.streams
    },
    stream: (prompt, options) => {
      const wantsAll = prompt.turns.at(-1)?.content.endsWith('everything')
      return (wantsAll ? tireless : remembering).stream(prompt, options)
    },
  }
}

async function* stream(text: string, rest?: Promise<void>): AsyncIterable<ModelEvent> {
  for (let at = 0; at < text.length; at += DELTA_CHARACTERS) {
    if (at > text.length / 2) await rest
    yield { type: 'text', delta: text.slice(at, at + DELTA_CHARACTERS) }
  }
  yield { type: 'done', finish: 'stop', model: 'remembering-1' }
}
