import { ModelError } from '#core/model/error.ts'
import type { LanguageModel, ModelEvent, Prompt, StreamOptions } from '#core/model/model.ts'

/** Everything a stream gave: its events, and the one `ModelError` that ended it, if one did (rule M1). */
export interface Outcome {
  readonly events: readonly ModelEvent[]
  readonly text: string
  readonly done: Extract<ModelEvent, { type: 'done' }> | undefined
  readonly error: ModelError | undefined
}

export interface AskOptions extends Partial<StreamOptions> {
  /** Called with the number of text events so far, after each. */
  readonly onText?: (count: number) => void
}

export const promptOf = (text: string, system = 'You are Parley.'): Prompt => ({
  system,
  turns: [{ role: 'user', content: text }],
})

/** Reads a stream to its end. Anything thrown that is not a `ModelError` fails the test. */
export async function ask(model: LanguageModel, prompt: Prompt, options: AskOptions = {}): Promise<Outcome> {
  const { onText, signal = new AbortController().signal, ...rest } = options
  const events: ModelEvent[] = []
  let error: ModelError | undefined
  try {
    for await (const event of model.stream(prompt, { signal, ...rest })) {
      events.push(event)
      if (event.type === 'text') onText?.(events.length)
    }
  } catch (thrown) {
    if (!(thrown instanceof ModelError)) throw thrown
    error = thrown
  }
  const text = events.map((event) => (event.type === 'done' ? '' : event.delta)).join('')
  const done = events.find((event) => event.type === 'done')
  return { events, text, done, error }
}
