import { ModelError } from './error.ts'
import { classify } from './openai/classify.ts'
import { field } from './shape.ts'

export interface Server {
  /** Ends before `/models`. */
  readonly baseUrl: string
  readonly apiKey?: string | undefined
}

/** Served beside chat models under the same path, and no use in a conversation. */
const NOT_FOR_CHAT =
  /embed|rerank|whisper|tts|moderation|dall-e|image|transcri|realtime|bge-|clip|guard|\bsora/i

/**
 * The names of the chat models a server offers, in its own order; none when it answers with anything but a list.
 *
 * @throws ModelError `network`, `timeout`, or what the server's status says
 */
export async function chatModels(
  fetch: typeof globalThis.fetch,
  { baseUrl, apiKey }: Server,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { host } = new URL(baseUrl)
  const headers = {
    accept: 'application/json',
    ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
  }
  try {
    signal.throwIfAborted()
    // No redirects: the key, and later what people say, stay with the server that was named.
    const response = await fetch(`${baseUrl.replace(/\/+$/, '')}/models`, {
      headers,
      redirect: 'error',
      signal,
    })
    if (!response.ok) {
      await response.body?.cancel()
      throw classify({ status: response.status, headers: response.headers }, { host, model: 'its models' })
    }
    return chatNames(await response.text())
  } catch (thrown) {
    if (thrown instanceof ModelError) throw thrown
    const late = field(thrown, 'name') === 'TimeoutError'
    if (signal.aborted && !late)
      throw new ModelError('aborted', 'the request was cancelled', { cause: thrown })
    throw new ModelError(late ? 'timeout' : 'network', `${host} cannot be reached`, { cause: thrown })
  }
}

function chatNames(text: string): readonly string[] {
  const listed = field(parsed(text), 'data')
  if (!Array.isArray(listed)) return []
  return listed
    .map((entry) => field(entry, 'id'))
    .filter((id) => typeof id === 'string')
    .filter((id) => id !== '' && !NOT_FOR_CHAT.test(id))
}

/** Undefined for anything that is not JSON: on a guessed port any program may answer. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
