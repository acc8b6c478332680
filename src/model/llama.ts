/**
 * A model in this process, from a GGUF file, through the optional package `node-llama-cpp`. Keeps M1.
 *
 * There is no network here, so M2's time limits do not apply: reading a long prompt may take a slow machine a minute.
 */
import { availableParallelism } from 'node:os'
import { basename } from 'node:path'
import { ConfigError } from '#core/errors.ts'
import { ModelError } from './error.ts'
import { Channel } from './llama/channel.ts'
import {
  type HistoryItem,
  INSTALL,
  type LlamaPackage,
  type LlamaSequence,
  type LoadLlama,
} from './llama/package.ts'
import { Pool } from './llama/pool.ts'
import type { LanguageModel, ModelEvent, Prompt, Sampling, StreamOptions } from './model.ts'

export interface LlamaSettings {
  /** A `.gguf` file. */
  readonly path: string
  readonly sampling?: Sampling
  /** Conversations answered side by side; each holds its own memory of what it has read. */
  readonly parallel?: number
}

const PARALLEL = 2
/** Tokens a conversation may hold, if the model was made for so many: memory grows with it. */
const CONTEXT_TOKENS = 8_192
/** A small model can repeat itself forever. Tokens. */
const LONGEST_ANSWER = 4_096
/**
 * The package would use four threads on any machine: on two cores that is a hundred times slower than one.
 * One core is left for the rest of the process.
 */
const THREADS = Math.max(1, availableParallelism() - 1)

/**
 * @param load how to load the package, from `findLlama`; undefined when it is not installed
 * @throws ConfigError when it is not installed
 */
export function createLlama(settings: LlamaSettings, load: LoadLlama | undefined): LanguageModel {
  if (load === undefined) {
    throw new ConfigError('node-llama-cpp', {
      got: undefined,
      expected: `the package to be installed, to read ${settings.path}`,
      fix: `Run ${INSTALL} (or @node-llama-cpp for your system).`,
    })
  }
  return new LlamaFile(settings, load)
}

interface Loaded {
  readonly llama: LlamaPackage
  readonly sequences: Pool<LlamaSequence>
}

class LlamaFile implements LanguageModel {
  readonly label: string
  readonly #settings: LlamaSettings
  readonly #load: LoadLlama
  /** Loaded by the first question, and kept. Never a failure: the next question tries again. */
  #loaded: Promise<Loaded> | undefined

  constructor(settings: LlamaSettings, load: LoadLlama) {
    this.#settings = settings
    this.#load = load
    this.label = `${basename(settings.path)} in this process`
  }

  async *stream(prompt: Prompt, options: StreamOptions): AsyncGenerator<ModelEvent, void> {
    const leave = new AbortController()
    const signal = AbortSignal.any([options.signal, leave.signal])
    let sequence: LlamaSequence | undefined
    let answered: Promise<Meta> | undefined
    let pool: Pool<LlamaSequence> | undefined
    try {
      const { llama, sequences } = await unlessAborted(this.#open(), signal)
      pool = sequences
      sequence = await pool.take(options.cacheKey, signal)
      const channel = new Channel<string>()
      answered = this.#answer(llama, sequence, prompt, { ...options, signal }, (text) => channel.push(text))
      answered.then(
        () => channel.end(),
        (error: unknown) => channel.fail(error),
      )
      for await (const delta of channel) yield { type: 'text', delta }
      const { finish, usage } = await answered
      if (options.signal.aborted) throw aborted()
      yield { type: 'done', finish, model: basename(this.#settings.path), usage }
    } catch (thrown) {
      throw options.signal.aborted ? aborted(thrown) : this.#fault(thrown)
    } finally {
      leave.abort()
      // The sequence is free only when its last token is done; how that went was told above.
      await answered?.catch(() => undefined)
      if (sequence !== undefined) pool?.giveBack(sequence, options.cacheKey)
    }
  }

  async #answer(
    llama: LlamaPackage,
    contextSequence: LlamaSequence,
    { system, turns }: Prompt,
    options: StreamOptions,
    onTextChunk: (text: string) => void,
  ): Promise<Meta> {
    const {
      temperature,
      topP,
      maxTokens = LONGEST_ANSWER,
    } = { ...this.#settings.sampling, ...options.sampling }
    const before = contextSequence.tokenMeter.getState()
    // Always with a system prompt: the package has one of its own otherwise.
    const session = new llama.LlamaChatSession({ contextSequence, systemPrompt: system })
    try {
      const said: HistoryItem[] = system === '' ? [] : [{ type: 'system', text: system }]
      session.setChatHistory([...said, ...turns.slice(0, -1).map(historyItem)])
      const { stopReason } = await session.promptWithMeta(turns.at(-1)?.content ?? '', {
        onTextChunk: (text) => text !== '' && onTextChunk(text),
        signal: options.signal,
        stopOnAbortSignal: true,
        maxTokens,
        ...(temperature === undefined ? {} : { temperature }),
        ...(topP === undefined ? {} : { topP }),
      })
      const after = contextSequence.tokenMeter.getState()
      return {
        finish: stopReason === 'maxTokens' ? 'length' : 'stop',
        usage: {
          inputTokens: after.usedInputTokens - before.usedInputTokens,
          outputTokens: after.usedOutputTokens - before.usedOutputTokens,
          cachedTokens: 0,
        },
      }
    } finally {
      session.dispose()
    }
  }

  #open(): Promise<Loaded> {
    this.#loaded ??= this.#read().catch((cause: unknown) => {
      this.#loaded = undefined
      throw new ModelError('bad_request', `${this.label}: the file cannot be used as a model`, { cause })
    })
    return this.#loaded
  }

  async #read(): Promise<Loaded> {
    const { path, parallel = PARALLEL } = this.#settings
    const llama = await this.#load()
    const engine = await llama.getLlama({
      gpu: 'auto',
      build: 'never',
      skipDownload: true,
      logLevel: 'error',
      maxThreads: THREADS,
    })
    const model = await engine.loadModel({ modelPath: path })
    const context = await model.createContext({ contextSize: { max: CONTEXT_TOKENS }, sequences: parallel })
    return { llama, sequences: new Pool(Array.from({ length: parallel }, () => context.getSequence())) }
  }

  #fault(thrown: unknown): ModelError {
    if (thrown instanceof ModelError) return thrown
    const tooLong = /compress chat history|context size|too long/i.test(String(thrown))
    return new ModelError(tooLong ? 'context_overflow' : 'server', `${this.label} could not answer`, {
      cause: thrown,
    })
  }
}

type Meta = Pick<Required<Extract<ModelEvent, { type: 'done' }>>, 'finish' | 'usage'>

const historyItem = ({ role, content }: Prompt['turns'][number]): HistoryItem =>
  role === 'user' ? { type: 'user', text: content } : { type: 'model', response: [content] }

const aborted = (cause?: unknown) => new ModelError('aborted', 'the request was cancelled', { cause })

/** Waits for `work`, which goes on for others when this caller leaves. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted()
  const { promise, reject } = Promise.withResolvers<never>()
  const leave = () => reject(signal.reason)
  signal.addEventListener('abort', leave, { once: true })
  try {
    return await Promise.race([work, promise])
  } finally {
    signal.removeEventListener('abort', leave)
  }
}
