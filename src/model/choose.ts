/**
 * Which model answers, in this order: the ones configured; else OpenAI's, when there is a key; else whatever the
 * server at the base URL offers; else a server on this machine; else a GGUF file; else the rehearsal.
 */
import { access } from 'node:fs/promises'
import type { Clock } from '#core/clock.ts'
import { ConfigError } from '#core/errors.ts'
import { chatModels } from './catalogue.ts'
import { detectServer } from './detect.ts'
import { ModelError } from './error.ts'
import { findGguf } from './gguf.ts'
import { createLate } from './late.ts'
import type { LoadLlama } from './llama/package.ts'
import type { LanguageModel, Sampling } from './model.ts'
import { createOpenAI } from './openai/openai.ts'
import { createRehearsal } from './rehearsal.ts'
import { createRoute } from './route.ts'
import { isOfficial, OFFICIAL_URL, type Wire } from './wire.ts'

export interface ModelSettings {
  /** A route: the first that answers. Each is `rehearsal`, a path that ends in `.gguf`, or a name the server knows. */
  readonly models: readonly string[]
  readonly apiKey?: string
  /** Of an OpenAI-compatible server; ends before `/chat/completions`. */
  readonly baseUrl?: string
  readonly wire: Wire | 'auto'
  /** Milliseconds, see `OpenAISettings`. */
  readonly firstByteMs: number
  readonly idleMs: number
  readonly sampling: Sampling
  /** Where GGUF files are looked for. */
  readonly modelsDir: string
}

export interface ChooseDeps {
  readonly clock: Clock
  readonly fetch: typeof fetch
  /** How to load `node-llama-cpp`; undefined when it is not installed. Node is asked when left out. */
  readonly findLlama?: () => LoadLlama | undefined
}

/** Cheap, quick and current. */
const DEFAULT_MODEL = 'gpt-6-luna'
/** Starting waits no longer for a server to say what it offers. */
const PATIENCE_MS = 300

/**
 * Chooses, and adds the retries (rule M3). A server that is down neither fails nor delays this: the turn reports it.
 *
 * @throws ConfigError for a setting that cannot work: an address that is none, a file that is missing
 */
export async function chooseModel(settings: ModelSettings, deps: ChooseDeps): Promise<LanguageModel> {
  const [first, ...rest] = await Promise.all(settings.models.map((name) => named(name, settings, deps)))
  return createRoute(first === undefined ? [await unnamed(settings, deps)] : [first, ...rest], deps)
}

async function named(name: string, settings: ModelSettings, deps: ChooseDeps): Promise<LanguageModel> {
  if (name === 'rehearsal') return createRehearsal(deps)
  if (name.endsWith('.gguf')) return await fromFile(name, settings, deps)
  if (settings.baseUrl !== undefined || settings.apiKey !== undefined) return onServer(name, settings, deps)
  const look = async () => {
    const server = await detectServer(deps.fetch)
    return server === undefined ? undefined : onServer(name, { ...settings, baseUrl: server.baseUrl }, deps)
  }
  const late = createLate(`${name} (no server found yet)`, async () => {
    const model = await look()
    if (model !== undefined) return model
    throw new ModelError(
      'network',
      `no server for ${name}: set OPENAI_API_KEY or OPENAI_BASE_URL, or start Ollama`,
    )
  })
  return (await look()) ?? late
}

async function unnamed(settings: ModelSettings, deps: ChooseDeps): Promise<LanguageModel> {
  const { apiKey, baseUrl, modelsDir, sampling } = settings
  if (baseUrl !== undefined && !isOfficial(baseUrl)) return await offered(baseUrl, settings, deps)
  if (apiKey !== undefined || baseUrl !== undefined) return onServer(DEFAULT_MODEL, settings, deps)

  const server = await detectServer(deps.fetch)
  if (server !== undefined) return onServer(server.models[0], { ...settings, baseUrl: server.baseUrl }, deps)

  const file = await findGguf(modelsDir)
  if (file !== undefined) {
    const { load, create } = await llama(deps)
    if (load !== undefined) return create({ path: file, sampling }, load)
  }

  return createRehearsal(deps)
}

/** The server's own first choice; OpenAI's default where it is offered (a gateway). */
async function offered(baseUrl: string, settings: ModelSettings, deps: ChooseDeps): Promise<LanguageModel> {
  const known = onServer(DEFAULT_MODEL, settings, deps) // checks the address
  const { host } = new URL(baseUrl)
  const find = async (patience: AbortSignal): Promise<LanguageModel> => {
    const names = await chatModels(
      deps.fetch,
      settings.apiKey === undefined ? { baseUrl } : { baseUrl, apiKey: settings.apiKey },
      patience,
    )
    if (names.includes(DEFAULT_MODEL)) return known
    if (names[0] !== undefined) return onServer(names[0], settings, deps)
    throw new ModelError('bad_request', `${host} names no chat model it offers; configure one by name`)
  }
  try {
    return await find(AbortSignal.timeout(PATIENCE_MS))
  } catch (error) {
    if (!(error instanceof ModelError)) throw error
    const why = error.kind === 'bad_request' ? 'it offers none yet' : 'it cannot be reached yet'
    return createLate(`a model at ${host} (${why})`, (signal) =>
      find(AbortSignal.any([signal, AbortSignal.timeout(settings.firstByteMs)])),
    )
  }
}

async function fromFile(path: string, settings: ModelSettings, deps: ChooseDeps): Promise<LanguageModel> {
  try {
    await access(path)
  } catch {
    throw new ConfigError('models', {
      got: path,
      expected: 'a GGUF file that can be read',
      fix: 'Check the path.',
    })
  }
  const { load, create } = await llama(deps)
  return create({ path, sampling: settings.sampling }, load)
}

/** Few have a model in the process: only they load what runs it. */
async function llama({ findLlama }: ChooseDeps) {
  const [{ createLlama: create }, installed] = await Promise.all([
    import('./llama.ts'),
    import('./llama/package.ts'),
  ])
  return { create, load: (findLlama ?? installed.findLlama)() }
}

function onServer(model: string, settings: ModelSettings, { fetch }: ChooseDeps): LanguageModel {
  const { apiKey, baseUrl = OFFICIAL_URL, wire, firstByteMs, idleMs, sampling } = settings
  const key = apiKey === undefined ? {} : { apiKey }
  return createOpenAI({ model, baseUrl, wire, firstByteMs, idleMs, sampling, ...key }, { fetch })
}
