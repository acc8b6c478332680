/**
 * Fine-tuning behind OpenAI's API and whatever speaks it (Azure, Bedrock, …): `/files` and `/fine_tuning/jobs`.
 * https://platform.openai.com/docs/api-reference/fine-tuning
 *
 * Only what was asked twice without harm is asked twice: a job is created once, and found again by what it carries.
 */
import { createReadStream } from 'node:fs'
import type OpenAI from 'openai'
import type { ModelErrorKind } from '../error.ts'
import { field, words } from '../shape.ts'
import { classify } from './classify.ts'
import { loadSdk, type OpenAIDeps } from './openai.ts'

export interface FineTuningSettings {
  readonly apiKey: string | undefined
  /** Ends before `/fine_tuning/jobs`. */
  readonly baseUrl: string
}

export interface FineTuningRequest {
  readonly model: string
  readonly trainingFile: string
  readonly validationFile: string | undefined
  readonly method: 'supervised' | 'dpo' | 'reinforcement'
  /** By the method's own names, the grader of `reinforcement` included. */
  readonly options: Readonly<Record<string, unknown>>
  readonly seed: number
  /** Part of the finished model's name. */
  readonly suffix: string | undefined
  readonly metadata: Readonly<Record<string, string>>
}

export interface FineTuningJob {
  readonly id: string
  /** In the endpoint's own words. */
  readonly status: string
  /** The finished model's name. */
  readonly model: string | undefined
  /** Why it failed, in the endpoint's words. */
  readonly failure: string | undefined
}

export interface FineTuningEvent {
  readonly id: string
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly level: string
  readonly message: string
  /** Numbers that came with it, by their names. */
  readonly values: Readonly<Record<string, number>>
}

/** @throws FineTuningError from everything */
export interface FineTuning {
  readonly host: string
  /** @returns the file's id, once the endpoint can train on it */
  upload(path: string): Promise<string>
  create(request: FineTuningRequest): Promise<FineTuningJob>
  /** The newest job that carries this. */
  find(key: string, value: string): Promise<FineTuningJob | undefined>
  look(id: string): Promise<FineTuningJob>
  /** All of them, oldest first. */
  events(id: string): Promise<readonly FineTuningEvent[]>
  cancel(id: string): Promise<void>
}

/** The endpoint said no, or nothing. */
export class FineTuningError extends Error {
  override readonly name = 'FineTuningError'
  readonly kind: ModelErrorKind
  readonly status: number | undefined
  /** What was wrong with what it was sent, in its own words: about the job, and shown to whoever runs it. */
  readonly said: string | undefined

  constructor(kind: ModelErrorKind, message: string, status?: number, said?: string) {
    super(message)
    this.kind = kind
    this.status = status
    this.said = said
  }
}

export interface FineTuningDeps extends OpenAIDeps {
  readonly sleep: (ms: number) => Promise<void>
}

/** A question about a job, in milliseconds; uploads of large files have the SDK's ten minutes. */
const ASK_MS = 30_000
const ASK = { timeout: ASK_MS }
/** Jobs and files are made once: what failed halfway is looked for, not repeated. */
const ONCE = { maxRetries: 0 }
const PAGE = 100
/** How far back a job is looked for. */
const MOST_JOBS = 500
/** Azure trains only on files that it has looked through: how often that is asked for, and how long. */
const FILE_LOOK_MS = 2_000
const FILE_LOOKS = 150
const UNREADY = new Set(['pending', 'running', 'processing', 'notRunning'])
const LONGEST_SENTENCE = 300

export function openFineTuning({ apiKey, baseUrl }: FineTuningSettings, deps: FineTuningDeps): FineTuning {
  const host = URL.parse(baseUrl)?.host ?? baseUrl
  let opened: Promise<OpenAI> | undefined
  const client = () => (opened ??= connect())

  async function connect(): Promise<OpenAI> {
    const { default: Client } = await (deps.sdk ?? loadSdk)()
    // Key and address are always passed: the SDK would take them from the environment, and send a key astray.
    return new Client({
      ...{ apiKey: apiKey ?? 'not-needed', baseURL: baseUrl, logLevel: 'off' },
      ...(deps.fetch === undefined ? {} : { fetch: deps.fetch }),
    })
  }

  async function ask<T>(what: string, question: (api: OpenAI) => Promise<T>): Promise<T> {
    try {
      return await question(await client())
    } catch (thrown) {
      throw failure(thrown, host, what)
    }
  }

  return {
    host,

    upload: (path) =>
      ask('/files', async (api) => {
        const file = await api.files.create({ file: createReadStream(path), purpose: 'fine-tune' }, ONCE)
        let status: string = file.status
        for (let looks = 0; UNREADY.has(status) && looks < FILE_LOOKS; looks += 1) {
          await deps.sleep(FILE_LOOK_MS)
          ;({ status } = await api.files.retrieve(file.id, ASK))
        }
        if (status === 'error') throw new FineTuningError('bad_request', `${host} cannot use ${path}`)
        return file.id
      }),

    create: ({ model, trainingFile, validationFile, method, options, seed, suffix, metadata }) =>
      ask('/fine_tuning/jobs', async (api) => {
        const job = await api.fineTuning.jobs.create(
          {
            ...{ model, training_file: trainingFile, seed, metadata: { ...metadata } },
            method: { type: method, [method]: options },
            ...(validationFile === undefined ? {} : { validation_file: validationFile }),
            ...(suffix === undefined ? {} : { suffix }),
          },
          ONCE,
        )
        return jobOf(job)
      }),

    find: (key, value) =>
      ask('/fine_tuning/jobs', async (api) => {
        let seen = 0
        for await (const job of api.fineTuning.jobs.list({ limit: PAGE }, ASK)) {
          if (field(field(job, 'metadata'), key) === value) return jobOf(job)
          seen += 1
          if (seen === MOST_JOBS) return undefined
        }
        return undefined
      }),

    look: (id) => ask('/fine_tuning/jobs', async (api) => jobOf(await api.fineTuning.jobs.retrieve(id, ASK))),

    events: (id) =>
      ask('/fine_tuning/jobs', async (api) => {
        const pages = api.fineTuning.jobs.listEvents(id, { limit: PAGE }, ASK)
        return oldestFirst((await Array.fromAsync(pages)).map(eventOf))
      }),

    cancel: (id) =>
      ask('/fine_tuning/jobs', async (api) => {
        await api.fineTuning.jobs.cancel(id, ASK)
      }),
  }
}

const jobOf = (job: unknown): FineTuningJob => ({
  id: words(field(job, 'id')) ?? '',
  status: words(field(job, 'status')) ?? 'unknown',
  model: words(field(job, 'fine_tuned_model')),
  failure: words(field(field(job, 'error'), 'message')),
})

function eventOf(event: unknown): FineTuningEvent {
  const data = field(event, 'data')
  const entries = typeof data === 'object' && data !== null ? Object.entries(data) : []
  const seconds = field(event, 'created_at')
  return {
    id: words(field(event, 'id')) ?? '',
    at: typeof seconds === 'number' ? seconds * 1_000 : 0,
    level: words(field(event, 'level')) ?? 'info',
    message: words(field(event, 'message')) ?? '',
    values: Object.fromEntries(
      entries.filter(
        (entry): entry is [string, number] => typeof entry[1] === 'number' && Number.isFinite(entry[1]),
      ),
    ),
  }
}

/** OpenAI lists the newest first; times are whole seconds, so those of one second keep the list's order. */
function oldestFirst(events: readonly FineTuningEvent[]): readonly FineTuningEvent[] {
  const [first, last] = [events[0], events.at(-1)]
  const listed =
    first !== undefined && last !== undefined && first.at < last.at ? events : events.toReversed()
  return listed.toSorted((a, b) => a.at - b.at)
}

function failure(thrown: unknown, host: string, what: string): FineTuningError {
  if (thrown instanceof FineTuningError) return thrown
  const { kind, message, fault } = classify(thrown, { host, model: what })
  const said = kind === 'bad_request' ? words(field(field(thrown, 'error'), 'message')) : undefined
  return new FineTuningError(kind, message, fault.status, said?.slice(0, LONGEST_SENTENCE))
}
