import { findLlama } from '#core/model/llama/package.ts'
import { isOfficial, OFFICIAL_URL } from '#core/model/wire.ts'
import { LearningError } from '../engine.ts'
import { createCachedEmbedder } from './cached-embedder.ts'
import { createHashingEmbedder } from './hashing-embedder.ts'
import type { Embedder } from './reward-model.ts'

/** Good, cheap, and made so that its first numbers can stand for all of them. */
export const USUAL_EMBEDDINGS = 'text-embedding-3-small'
/** Of models whose embeddings may be shortened: a head needs as many rankings as there are numbers, so fewer are better. */
const SHORT = 256
const SHORTENED = /^text-embedding-3-/
const OFFLINE = 'hashed-words'

export interface EmbedderRequest {
  /**
   * `hashed-words` needs nothing and knows little; a path that ends in `.gguf` is a model on this machine; an address
   * like `http://127.0.0.1:11434/v1/nomic-embed-text` names server and model; any other name is a model of the server
   * that OPENAI_BASE_URL names, OpenAI's own when it is not set.
   */
  readonly embed: string
  /** The model's own number when left out, 256 of `text-embedding-3-*` and of hashed words. */
  readonly dimensions?: number | undefined
}

export interface EmbedderDeps {
  /** OPENAI_API_KEY and OPENAI_BASE_URL. */
  readonly env: NodeJS.ProcessEnv
  readonly fetch?: typeof fetch
}

/**
 * Finds what embeds, and asks it once, so that a wrong address is told at the beginning. Remembers what was embedded.
 *
 * @throws LearningError when the address is none, or a key is missing
 * @throws ModelError, ConfigError when the endpoint or the file cannot be used
 */
export async function openEmbedder(
  { embed, dimensions }: EmbedderRequest,
  signal: AbortSignal,
  deps: EmbedderDeps,
): Promise<Embedder> {
  return createCachedEmbedder(await open({ embed, dimensions }, signal, deps))
}

async function open(
  { embed, dimensions }: EmbedderRequest,
  signal: AbortSignal,
  { env, fetch }: EmbedderDeps,
): Promise<Embedder> {
  if (embed === OFFLINE) return createHashingEmbedder(dimensions)
  if (embed.endsWith('.gguf')) {
    const { openLlamaEmbeddings } = await import('#core/model/llama/embeddings.ts')
    return await openLlamaEmbeddings(embed, findLlama())
  }
  const { baseUrl, model } = endpointOf(embed, env.OPENAI_BASE_URL)
  const apiKey = keyFor(baseUrl, env)
  const { openEmbeddings } = await import('#core/model/openai/embeddings.ts')
  const asked = dimensions ?? (SHORTENED.test(model) ? SHORT : undefined)
  return await openEmbeddings(
    {
      ...{ model, baseUrl },
      ...(apiKey === undefined ? {} : { apiKey }),
      ...(asked === undefined ? {} : { dimensions: asked }),
    },
    signal,
    fetch === undefined ? {} : { fetch },
  )
}

/** A model's name may hold slashes, so the address ends with its version where it has one. */
function endpointOf(embed: string, configured: string | undefined): { baseUrl: string; model: string } {
  if (!/^https?:\/\//u.test(embed)) return { baseUrl: configured || OFFICIAL_URL, model: embed }
  const [, baseUrl, model] =
    /^(https?:\/\/[^?#]+?\/v\d+)\/([^?#]+)$/u.exec(embed) ??
    /^(https?:\/\/[^?#]+)\/([^/?#]+)$/u.exec(embed) ??
    []
  if (baseUrl !== undefined && model !== undefined && URL.canParse(baseUrl)) return { baseUrl, model }
  throw new LearningError(
    `${embed} names no model. Give the address and the model, like --embed http://127.0.0.1:11434/v1/nomic-embed-text.`,
  )
}

/** A key goes to the server it was given for, and to no other. */
function keyFor(baseUrl: string, env: NodeJS.ProcessEnv): string | undefined {
  const { OPENAI_API_KEY: key, OPENAI_BASE_URL: owner = OFFICIAL_URL } = env
  const itsOwn = URL.parse(owner)?.host === URL.parse(baseUrl)?.host
  if (key !== undefined && key !== '' && itsOwn) return key
  if (!isOfficial(baseUrl)) return undefined
  throw new LearningError(
    `Embeddings of OpenAI need a key. Set OPENAI_API_KEY, name a server of your own (--embed http://…/v1/model), or try without a network: --embed ${OFFLINE}.`,
  )
}
