/**
 * Models behind OpenAI's API and the servers compatible with it, on both wires. Keeps M1, M2, M4.
 *
 * The SDK's stream helpers are too strict for compatible servers and too lax for failures, so its raw streams are read
 * here: a reply is whole only when the wire's terminal event was seen, time limits are ours, and whatever goes wrong
 * becomes one `ModelError`. Retries are the route's (`../route.ts`), never the SDK's.
 */
import type OpenAI from 'openai'
import { ConfigError } from '#core/errors.ts'
import { ModelError } from '../error.ts'
import type { LanguageModel, ModelEvent, Prompt, Sampling, StreamOptions, Usage } from '../model.ts'
import { field } from '../shape.ts'
import { isOfficial, OFFICIAL_URL, pickWire, type Wire } from '../wire.ts'
import { chatBody, readChat } from './chat.ts'
import { type Asked, classify, failedWithin } from './classify.ts'
import { Deadline } from './deadline.ts'
import { defaultEffort, type Effort, type WireRequest } from './request.ts'
import { readResponses, responsesBody } from './responses.ts'
import { beforeThought, heldBack, withoutThought } from './thought.ts'

export interface OpenAISettings {
  readonly model: string
  /** Left out for servers that want none, such as Ollama. */
  readonly apiKey?: string
  /** Ends before `/chat/completions`. OpenAI's own when left out. */
  readonly baseUrl?: string
  readonly wire: Wire | 'auto'
  /** Longest wait for each event until the first text, milliseconds: the model may be loading, queueing or thinking. */
  readonly firstByteMs: number
  /** Longest silence once text flows, milliseconds. */
  readonly idleMs: number
  /** For requests that bring no sampling of their own. */
  readonly sampling?: Sampling
  /** For models that think first, on the Responses wire. `low` for gpt-6 and gpt-5.6 when left out. */
  readonly effort?: Effort
}

export interface OpenAIDeps {
  readonly fetch?: typeof fetch
  /** The SDK is 33 MB of memory: it is imported by the first request, and Node shares one import among all models. */
  readonly sdk?: () => Promise<{ readonly default: typeof OpenAI }>
}

/** After the terminal event only usage can follow; a server that keeps the line open must not keep the reader waiting. */
const AFTER_FINISH_MS = 1_000

/** What the first request loads. */
export const loadSdk = (): Promise<{ readonly default: typeof OpenAI }> => import('openai')

/** @throws ConfigError when `baseUrl` is no URL */
export const createOpenAI = (settings: OpenAISettings, deps: OpenAIDeps = {}): LanguageModel =>
  new OpenAIModel(settings, deps)

class OpenAIModel implements LanguageModel {
  readonly label: string
  readonly #settings: OpenAISettings
  readonly #deps: OpenAIDeps
  readonly #wire: Wire
  readonly #asked: Asked
  #client: Promise<OpenAI> | undefined
  /** False once the server said that it does not know `stream_options`. */
  #askUsage = true

  constructor(settings: OpenAISettings, deps: OpenAIDeps) {
    const url = URL.parse(settings.baseUrl ?? OFFICIAL_URL)
    if (url === null || !/^https?:$/.test(url.protocol)) {
      throw new ConfigError('OPENAI_BASE_URL', {
        got: settings.baseUrl,
        expected: 'a web address',
        fix: 'Set it to an address like http://127.0.0.1:11434/v1.',
      })
    }
    this.#settings = settings
    this.#deps = deps
    this.#wire = pickWire(settings.wire, settings.baseUrl)
    this.#asked = { host: url.host, model: settings.model }
    this.label = `${settings.model} at ${url.host}`
  }

  async *stream(prompt: Prompt, options: StreamOptions): AsyncGenerator<ModelEvent, void> {
    const { firstByteMs, idleMs } = this.#settings
    const read = this.#wire === 'chat' ? readChat : readResponses
    let model = this.#settings.model
    let wait = firstByteMs
    let thought = beforeThought
    let usage: Usage | undefined
    let finish: 'stop' | 'length' | 'filtered' | undefined

    using deadline = new Deadline(options.signal)
    try {
      if (options.signal.aborted) throw aborted()
      const events = await this.#open(prompt, options, deadline)
      for await (const event of events) {
        deadline.disarm()
        for (const reading of read(event)) {
          switch (reading.type) {
            case 'text': {
              const [next, delta] = withoutThought(thought, reading.delta)
              thought = next
              if (delta === '') break
              wait = idleMs
              yield { type: 'text', delta }
              break
            }
            case 'refusal':
              wait = idleMs
              yield reading
              break
            case 'model':
              model = reading.name
              break
            case 'usage':
              usage = reading.usage
              break
            case 'finish':
              finish = reading.finish
              break
            case 'failed':
              throw failedWithin(reading.code, reading.said, this.#asked)
          }
        }
        deadline.arm(finish === undefined ? wait : Math.min(wait, AFTER_FINISH_MS))
      }
    } catch (thrown) {
      if (options.signal.aborted) throw aborted(thrown)
      // With the terminal event the answer is whole: a fault after it takes nothing away.
      if (finish === undefined) throw this.#inTime(deadline) ?? classify(thrown, this.#asked)
    }
    // Raw streams end silently on abort, at the end of bytes, and for a body that is no stream at all.
    if (options.signal.aborted) throw aborted()
    if (finish === undefined) {
      throw (
        this.#inTime(deadline) ??
        new ModelError('broken_stream', `${this.#asked.host} ended its answer without a terminal event`)
      )
    }
    const rest = heldBack(thought)
    if (rest !== '') yield { type: 'text', delta: rest }
    yield { type: 'done', finish, model, ...(usage === undefined ? {} : { usage }) }
  }

  /** Nothing is shown yet when this throws, so one request without `stream_options` may follow (rule M3). */
  async #open(prompt: Prompt, options: StreamOptions, deadline: Deadline): Promise<AsyncIterable<unknown>> {
    const { model, effort = defaultEffort(model), sampling = {} } = this.#settings
    const request: WireRequest = {
      model,
      prompt,
      sampling: { ...sampling, ...options.sampling },
      official: isOfficial(this.#settings.baseUrl),
      cacheKey: options.cacheKey,
      effort,
    }
    const client = await this.#connect()
    if (options.signal.aborted) throw aborted()
    deadline.arm(this.#settings.firstByteMs)
    const { signal } = deadline
    if (this.#wire === 'responses') return await client.responses.create(responsesBody(request), { signal })
    const askUsage = this.#askUsage
    try {
      return await client.chat.completions.create(chatBody(request, askUsage), { signal })
    } catch (thrown) {
      if (!askUsage || !rejectsUsage(thrown)) throw thrown
      this.#askUsage = false
      deadline.arm(this.#settings.firstByteMs)
      return await client.chat.completions.create(chatBody(request, false), { signal })
    }
  }

  #connect(): Promise<OpenAI> {
    this.#client ??= this.#load().catch((cause: unknown) => {
      this.#client = undefined
      throw new ModelError('bad_request', 'the openai package cannot be loaded; run npm ci', { cause })
    })
    return this.#client
  }

  async #load(): Promise<OpenAI> {
    const { default: Client } = await (this.#deps.sdk ?? loadSdk)()
    // Key and address are always passed: the SDK would take them from the environment, and send a key astray.
    return new Client({
      apiKey: this.#settings.apiKey ?? 'not-needed',
      baseURL: this.#settings.baseUrl ?? OFFICIAL_URL,
      maxRetries: 0,
      logLevel: 'off',
      ...(this.#deps.fetch === undefined ? {} : { fetch: this.#deps.fetch }),
    })
  }

  #inTime({ passedMs }: Deadline): ModelError | undefined {
    if (passedMs === undefined) return undefined
    return new ModelError('timeout', `${this.#asked.host} was silent for ${passedMs} ms`)
  }
}

const aborted = (cause?: unknown) => new ModelError('aborted', 'the request was cancelled', { cause })

const rejectsUsage = (thrown: unknown): boolean => {
  const status = field(thrown, 'status')
  return (status === 400 || status === 422) && /stream_options/.test(String(field(thrown, 'message')))
}
