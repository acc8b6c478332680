/** Models that a server has: OpenAI, the one at the base URL, or one on this machine. Part of `choose.ts`. */
import { chatModels } from './catalogue.ts'
import type { ChooseDeps, ModelSettings } from './choose.ts'
import { detectServer } from './detect.ts'
import { ModelError } from './error.ts'
import { createLate } from './late.ts'
import type { LanguageModel } from './model.ts'
import { createOpenAI } from './openai/openai.ts'
import { isOfficial, OFFICIAL_URL } from './wire.ts'

/** Cheap, quick and current. */
const DEFAULT_MODEL = 'gpt-6-luna'
/** Starting waits no longer for a server to say what it offers. */
const PATIENCE_MS = 300

/** A model by its name, on the configured server, or else on one of this machine, also if that is started later. */
export async function namedOnServer(
  name: string,
  settings: ModelSettings,
  deps: ChooseDeps,
): Promise<LanguageModel> {
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

/** @returns undefined when no server is configured, and none is found on this machine */
export async function unnamedOnServer(
  settings: ModelSettings,
  deps: ChooseDeps,
): Promise<LanguageModel | undefined> {
  const { apiKey, baseUrl } = settings
  if (baseUrl !== undefined && !isOfficial(baseUrl)) return await offered(baseUrl, settings, deps)
  if (apiKey !== undefined || baseUrl !== undefined) return onServer(DEFAULT_MODEL, settings, deps)

  const server = await detectServer(deps.fetch)
  return server && onServer(server.models[0], { ...settings, baseUrl: server.baseUrl }, deps)
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

function onServer(model: string, settings: ModelSettings, { fetch }: ChooseDeps): LanguageModel {
  const { apiKey, baseUrl = OFFICIAL_URL, wire, firstByteMs, idleMs, sampling } = settings
  const key = apiKey === undefined ? {} : { apiKey }
  return createOpenAI({ model, baseUrl, wire, firstByteMs, idleMs, sampling, ...key }, { fetch })
}
