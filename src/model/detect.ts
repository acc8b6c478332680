import { chatModels } from './catalogue.ts'

export interface FoundServer {
  /** What people call the program: `Ollama`. */
  readonly name: string
  readonly baseUrl: string
  readonly models: readonly [string, ...string[]]
}

/** Where model servers listen when nobody configured them otherwise, in the order in which they are preferred. */
const KNOWN = [
  { name: 'Ollama', baseUrl: 'http://127.0.0.1:11434/v1' },
  { name: 'LM Studio', baseUrl: 'http://127.0.0.1:1234/v1' },
  { name: 'llama.cpp', baseUrl: 'http://127.0.0.1:8080/v1' },
] as const

/** All of them together. A server on this machine answers in a few milliseconds or is not there. */
const PATIENCE_MS = 300

/**
 * Looks for an OpenAI-compatible server with a chat model on this machine, and nowhere else. Never throws.
 *
 * @returns the first in a fixed order, whichever answered first
 */
export async function detectServer(
  fetch: typeof globalThis.fetch,
  patienceMs = PATIENCE_MS,
): Promise<FoundServer | undefined> {
  const signal = AbortSignal.timeout(patienceMs)
  const found = await Promise.all(
    KNOWN.map(async ({ name, baseUrl }): Promise<FoundServer | undefined> => {
      try {
        const [first, ...rest] = await chatModels(fetch, { baseUrl }, signal)
        return first === undefined ? undefined : { name, baseUrl, models: [first, ...rest] }
      } catch {
        return undefined // nobody there, or not in time: that is an answer, not an error
      }
    }),
  )
  return found.find((server) => server !== undefined)
}
