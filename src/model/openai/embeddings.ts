/**
 * Embeddings from OpenAI's API and the servers compatible with it (`POST /embeddings`). Keeps M2, M3: time limits are
 * ours, and what may get better by itself is tried again.
 */
import type OpenAI from 'openai'
import { type Clock, systemClock } from '#core/clock.ts'
import { type EmbeddingModel, unit } from '../embeddings.ts'
import { ModelError } from '../error.ts'
import { type AfterFailure, afterFailure } from '../retry.ts'
import { field } from '../shape.ts'
import { OFFICIAL_URL } from '../wire.ts'
import { type Asked, classify } from './classify.ts'
import { Deadline } from './deadline.ts'
import { loadSdk, type OpenAIDeps } from './openai.ts'

export interface EmbeddingSettings {
  readonly model: string
  /** Left out for servers that want none. */
  readonly apiKey?: string
  /** Ends before `/embeddings`. OpenAI's own when left out. */
  readonly baseUrl?: string
  /** Asked of the server. When left out the model's own number is found by asking for one text. */
  readonly dimensions?: number
}

export interface EmbeddingDeps extends OpenAIDeps {
  readonly clock?: Clock
}

/** A request takes 2,048 texts and 300,000 tokens; a letter is a token at the very most. */
const TEXTS_PER_REQUEST = 128
const LETTERS_PER_REQUEST = 200_000
/** A model on this machine may have to be loaded first. */
const PATIENCE_MS = 60_000

/** Limits are by the minute; most servers say how long to wait. Milliseconds. */
const LIMIT_WAIT_MS = 1_000
const LONGEST_LIMIT_MS = 60_000
const LIMIT_TRIES = 8

/**
 * @throws ModelError when the server is not there, or knows no such model
 * @throws the signal's reason when it is aborted
 */
export async function openEmbeddings(
  settings: EmbeddingSettings,
  signal: AbortSignal,
  deps: EmbeddingDeps = {},
): Promise<EmbeddingModel> {
  const { model, baseUrl = OFFICIAL_URL, apiKey = 'not-needed' } = settings
  const { default: Client } = await (deps.sdk ?? loadSdk)()
  // Key and address are always passed: the SDK would take them from the environment, and send a key astray.
  const client = new Client({
    ...{ apiKey, baseURL: baseUrl, maxRetries: 0, logLevel: 'off' },
    ...(deps.fetch === undefined ? {} : { fetch: deps.fetch }),
  })
  const asking: Asking = {
    ...{ client, model, dimensions: settings.dimensions, clock: deps.clock ?? systemClock },
    asked: { host: new URL(baseUrl).host, model },
  }
  const dimensions = settings.dimensions ?? (await dimensionsOf(asking, signal))
  return {
    ...{ model, dimensions },
    embed: async (texts, signal) => {
      const points: Float32Array[] = []
      for (const batch of batchesOf(texts))
        points.push(...(await persistently(asking, batch, dimensions, signal)))
      return points
    },
  }
}

interface Asking {
  readonly client: OpenAI
  readonly model: string
  readonly dimensions: number | undefined
  readonly clock: Clock
  readonly asked: Asked
}

/** Nobody reads along: what was embedded so far is worth the wait. Whoever is in a hurry brings a signal. */
function afterLimit({ fault }: ModelError, tries: number): AfterFailure {
  const waitMs = Math.min(fault.retryAfterMs ?? LIMIT_WAIT_MS * 2 ** (tries - 1), LONGEST_LIMIT_MS)
  return tries < LIMIT_TRIES ? { type: 'again', waitMs } : { type: 'give-up' }
}

async function dimensionsOf(asking: Asking, signal: AbortSignal): Promise<number> {
  const [point] = await persistently(asking, ['dimensions'], undefined, signal)
  if (point === undefined) throw new Error('one text gives one point')
  return point.length
}

async function persistently(
  asking: Asking,
  texts: readonly string[],
  dimensions: number | undefined,
  signal: AbortSignal,
): Promise<readonly Float32Array[]> {
  for (let tries = 1; ; tries += 1) {
    try {
      return pointsIn(await ask(asking, texts, signal), texts.length, dimensions, asking.asked)
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof ModelError)) throw error
      const next = error.kind === 'rate_limit' ? afterLimit(error, tries) : afterFailure(error, tries, false)
      if (next.type !== 'again') throw error
      await asking.clock.sleep(next.waitMs, signal)
    }
  }
}

async function ask(
  { client, model, dimensions, asked }: Asking,
  texts: readonly string[],
  signal: AbortSignal,
): Promise<unknown> {
  using deadline = new Deadline(signal)
  deadline.arm(PATIENCE_MS)
  try {
    return await client.embeddings.create(
      {
        ...{ model, input: [...texts], encoding_format: 'float' },
        ...(dimensions === undefined ? {} : { dimensions }),
      },
      { signal: deadline.signal },
    )
  } catch (thrown) {
    if (deadline.passedMs !== undefined)
      throw new ModelError('timeout', `${asked.host} was silent for ${deadline.passedMs} ms`)
    throw classify(thrown, asked)
  }
}

/** @throws ModelError when the answer is not what was asked for: a compatible server is not the SDK's types */
function pointsIn(
  answer: unknown,
  count: number,
  dimensions: number | undefined,
  { host, model }: Asked,
): readonly Float32Array[] {
  const data = field(answer, 'data')
  const wrong = (what: string) => new ModelError('bad_request', `${host} answered for ${model} with ${what}`)
  if (!Array.isArray(data) || data.length !== count) throw wrong(`no points for ${count} texts`)
  const points = new Array<Float32Array | undefined>(count)
  for (const [nth, each] of data.entries()) {
    const values = field(each, 'embedding')
    const index = field(each, 'index')
    if (!isNumbers(values)) throw wrong('what are no numbers')
    if (dimensions !== undefined && values.length !== dimensions)
      throw wrong(
        `${values.length} dimensions instead of ${dimensions}: it cannot shorten them, so ask for ${values.length}`,
      )
    points[typeof index === 'number' ? index : nth] = unit(values)
  }
  return points.map((point) => {
    if (point === undefined) throw wrong('a point that is none')
    return point
  })
}

const isNumbers = (values: unknown): values is readonly number[] =>
  Array.isArray(values) && values.every((value) => typeof value === 'number')

function* batchesOf(texts: readonly string[]): Generator<readonly string[]> {
  let batch: string[] = []
  let letters = 0
  for (const text of texts) {
    if (
      batch.length > 0 &&
      (batch.length >= TEXTS_PER_REQUEST || letters + text.length > LETTERS_PER_REQUEST)
    ) {
      yield batch
      batch = []
      letters = 0
    }
    batch.push(text)
    letters += text.length
  }
  if (batch.length > 0) yield batch
}
