/**
 * Which model answers, in this order: the ones configured; else OpenAI's, when there is a key; else whatever the
 * server at the base URL offers; else a server on this machine; else a GGUF file; else the rehearsal.
 */
import { access } from 'node:fs/promises'
import type { Clock } from '#core/clock.ts'
import { ConfigError } from '#core/errors.ts'
import type { LoadLlama } from './llama/package.ts'
import type { LanguageModel, Sampling } from './model.ts'
import { createRoute } from './route.ts'
import type { Wire } from './wire.ts'

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
  if (name === 'rehearsal') return await rehearsal(deps)
  if (name.endsWith('.gguf')) return await fromFile(name, settings, deps)
  const { namedOnServer } = await loadServers()
  return await namedOnServer(name, settings, deps)
}

async function unnamed(settings: ModelSettings, deps: ChooseDeps): Promise<LanguageModel> {
  const { unnamedOnServer } = await loadServers()
  const served = await unnamedOnServer(settings, deps)
  if (served !== undefined) return served

  const { modelsDir, sampling } = settings
  const { findGguf } = await import('./gguf.ts')
  const file = await findGguf(modelsDir)
  if (file !== undefined) {
    const { load, create } = await llama(deps)
    if (load !== undefined) return create({ path: file, sampling }, load)
  }

  return await rehearsal(deps)
}

/** Each kind of model is loaded by who has one of it. */
const loadServers = () => import('./servers.ts')

async function rehearsal(deps: ChooseDeps): Promise<LanguageModel> {
  const { createRehearsal } = await import('./rehearsal.ts')
  return createRehearsal(deps)
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
