import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { field } from '../shape.ts'

/** The parts of `node-llama-cpp` that are used, as we rely on them. It is an optional package, so its types may be missing. */
export interface LlamaPackage {
  getLlama(options: {
    readonly gpu: 'auto' | false
    /** The default would clone and compile llama.cpp. */
    readonly build: 'never'
    readonly skipDownload: true
    readonly logLevel: 'error'
    readonly maxThreads: number
  }): Promise<Llama>
  readonly LlamaChatSession: new (options: {
    readonly contextSequence: LlamaSequence
    readonly systemPrompt: string
  }) => LlamaSession
}

export interface Llama {
  loadModel(options: { readonly modelPath: string }): Promise<LlamaModel>
}

export interface LlamaModel {
  createContext(options: {
    readonly contextSize: { readonly max: number }
    readonly sequences: number
  }): Promise<{ getSequence(): LlamaSequence }>
}

export interface LlamaSequence {
  readonly tokenMeter: {
    getState(): { readonly usedInputTokens: number; readonly usedOutputTokens: number }
  }
}

export type HistoryItem =
  | { readonly type: 'system' | 'user'; readonly text: string }
  | { readonly type: 'model'; readonly response: string[] }

export interface LlamaSession {
  setChatHistory(history: HistoryItem[]): void
  promptWithMeta(
    text: string,
    options: {
      /** Only the answer: a model's thoughts come elsewhere. */
      readonly onTextChunk: (text: string) => void
      readonly signal: AbortSignal
      readonly stopOnAbortSignal: true
      readonly maxTokens: number
      readonly temperature?: number
      readonly topP?: number
    },
  ): Promise<{ readonly stopReason: string }>
  dispose(): void
}

export type LoadLlama = () => Promise<LlamaPackage>

/** The package's name, in a variable, so that neither compiler nor bundler wants it to be there. */
const NAME = 'node-llama-cpp'

export const INSTALL = 'npm install node-llama-cpp @node-llama-cpp/linux-x64 --omit=optional --ignore-scripts'

/**
 * Finds the package without loading it: loading costs 45 MB and a second.
 *
 * @param from a file or URL from where Node looks for it
 * @returns how to load it; undefined when it is not installed
 */
export function findLlama(from: string = import.meta.url): LoadLlama | undefined {
  let entry: string
  try {
    entry = createRequire(from).resolve(NAME)
  } catch {
    return undefined // optional: its absence is an answer
  }
  return async () => {
    const loaded: unknown = await import(pathToFileURL(entry).href)
    if (!isLlama(loaded)) throw new Error(`${NAME} has changed: it offers no getLlama and LlamaChatSession`)
    return loaded
  }
}

const isLlama = (value: unknown): value is LlamaPackage =>
  typeof field(value, 'getLlama') === 'function' && typeof field(value, 'LlamaChatSession') === 'function'
