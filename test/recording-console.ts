/** The real console of the core, on a store in memory and with a model that says what a test has it say. */
import { systemClock } from '#core/clock.ts'
import { createConsole } from '#core/feedback/console/console.ts'
import { type Suggestion, Suggestions } from '#core/feedback/console/suggestions.ts'
import type { ConsoleDesk } from '#core/feedback/console-desk.ts'
import { type Demonstration, Demonstrations } from '#core/feedback/demonstrations.ts'
import { ModelError, type ModelErrorKind } from '#core/model/error.ts'
import type { Choice, LanguageModel, Prompt } from '#core/model/model.ts'
import type { PersonRef } from '#core/person.ts'
import { Pseudonyms } from '#core/safety/pseudonyms.ts'
import { openSqliteStore } from '#core/store/sqlite-store.ts'
import { quietLog } from '#test/quiet-log.ts'

export interface RecordingConsole {
  readonly console: ConsoleDesk
  readonly dialogues: Dialogues
  /** As a person asks for it who wants to be forgotten, or to have a copy. */
  erase(person: PersonRef): Promise<number>
  export(person: PersonRef): Promise<readonly Readonly<Record<string, unknown>>[]>
}

/** What was written, and what the model is to say. */
export interface Dialogues {
  all(): Promise<readonly Demonstration[]>
  suggestions(): Promise<readonly Suggestion[]>
  pseudonym(person: PersonRef): string
  /** What the model was asked, and whether that was cancelled. */
  readonly prompts: readonly (Prompt & { readonly signal: AbortSignal })[]
  /** How many answers it might draw, a number a prompt. */
  readonly bestOf: readonly (number | undefined)[]
  /** How the next suggestions were chosen. */
  choice: Choice | undefined
  /** The next suggestions, word by word. */
  words: readonly string[]
  /** How it ends instead. */
  fails: ModelErrorKind | undefined
  /** Before each word, and before the end. */
  pause: (signal: AbortSignal) => Promise<void>
}

/** A store of its own each time. */
const memory = () => openSqliteStore('memory:', quietLog).keyv('console')

const pseudonyms = await Pseudonyms.open(memory())

export function recordingConsole(contextTokens = 16_000, bestOf?: number): RecordingConsole {
  const demonstrations = new Demonstrations(memory(), pseudonyms)
  const suggestions = new Suggestions(memory(), pseudonyms)
  const prompts: (Prompt & { readonly signal: AbortSignal })[] = []
  const drawn: (number | undefined)[] = []
  const dialogues: Dialogues = {
    all: () => Array.fromAsync(demonstrations.all()),
    suggestions: () => Array.fromAsync(suggestions.all()),
    pseudonym: (person) => pseudonyms.of(person),
    ...{ prompts, bestOf: drawn, choice: undefined },
    words: ['A ', 'suggested ', 'turn.'],
    fails: undefined,
    pause: async () => {},
  }
  const model: LanguageModel = {
    label: 'scripted model',
    async *stream(prompt, { signal, bestOf }) {
      prompts.push({ ...prompt, signal })
      drawn.push(bestOf)
      for (const delta of dialogues.words) {
        await dialogues.pause(signal)
        signal.throwIfAborted()
        yield { type: 'text', delta }
      }
      await dialogues.pause(signal)
      if (dialogues.fails !== undefined) throw new ModelError(dialogues.fails, 'scripted')
      const { choice } = dialogues
      yield { type: 'done', finish: 'stop', model: 'script-1', ...(choice === undefined ? {} : { choice }) }
    },
  }
  const desk = createConsole({
    ...{ demonstrations, suggestions, pseudonyms, model, contextTokens, bestOf, clock: systemClock },
    sampling: { temperature: 0.5 },
  })
  return {
    ...{ console: desk, dialogues },
    erase: async (person) => (await demonstrations.erase(person)) + (await suggestions.erase(person)),
    export: (person) => Array.fromAsync(demonstrations.export(person)),
  }
}
