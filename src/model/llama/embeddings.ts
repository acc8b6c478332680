/**
 * Embeddings from a GGUF file in this process, through the optional package `node-llama-cpp`. Any model gives some;
 * those made for it, such as nomic-embed or bge, give useful ones.
 */
import { basename } from 'node:path'
import { ConfigError } from '#core/errors.ts'
import { type EmbeddingModel, unit } from '../embeddings.ts'
import { ModelError } from '../error.ts'
import { field } from '../shape.ts'
import { INSTALL, type LoadLlama } from './package.ts'

/** Longer texts would be refused: their beginning, where the conversation is, goes first. */
const CONTEXT_TOKENS = 2_048
/** For the tokens with which some models begin and end a text. */
const ROOM_TOKENS = 4
/** The package would use four on any machine, which is slower on two cores than one. */
const THREADS = 1

/** What of the package's model is used here, as we rely on it. */
interface EmbeddingLlama {
  readonly trainContextSize: number
  tokenize(text: string): readonly number[]
  createEmbeddingContext(options: { readonly contextSize: { readonly max: number } }): Promise<{
    getEmbeddingFor(tokens: readonly number[]): Promise<{ readonly vector: readonly number[] }>
  }>
}

const embeds = (model: unknown): model is EmbeddingLlama =>
  typeof field(model, 'createEmbeddingContext') === 'function' &&
  typeof field(model, 'tokenize') === 'function' &&
  typeof field(model, 'trainContextSize') === 'number'

/**
 * Loads the file: a second or so.
 *
 * @param load how to load the package, from `findLlama`; undefined when it is not installed
 * @throws ConfigError when it is not installed
 * @throws ModelError when the file cannot be used
 */
export async function openLlamaEmbeddings(
  path: string,
  load: LoadLlama | undefined,
): Promise<EmbeddingModel> {
  if (load === undefined) {
    throw new ConfigError('node-llama-cpp', {
      got: undefined,
      expected: `the package to be installed, to read ${path}`,
      fix: `Run ${INSTALL} (or @node-llama-cpp for your system).`,
    })
  }
  const name = basename(path)
  try {
    const llama = await load()
    const engine = await llama.getLlama({
      ...{ gpu: 'auto', build: 'never', skipDownload: true, logLevel: 'error', maxThreads: THREADS },
    })
    const model = await engine.loadModel({ modelPath: path })
    if (!embeds(model)) throw new Error('node-llama-cpp has changed: it offers no createEmbeddingContext')
    const longest = Math.min(CONTEXT_TOKENS, model.trainContextSize) - ROOM_TOKENS
    const context = await model.createEmbeddingContext({ contextSize: { max: CONTEXT_TOKENS } })
    const embedOne = async (text: string): Promise<Float32Array> => {
      const { vector } = await context.getEmbeddingFor(model.tokenize(text).slice(-longest))
      const point = unit(vector)
      if (point !== undefined) return point
      throw new ModelError('server', `${name} gave a point that is none`)
    }
    return {
      ...{ model: name, dimensions: (await embedOne('dimensions')).length },
      embed: async (texts, signal) => {
        const points: Float32Array[] = []
        for (const text of texts) {
          signal.throwIfAborted()
          points.push(await embedOne(text))
        }
        return points
      },
    }
  } catch (cause) {
    if (cause instanceof ModelError) throw cause
    throw new ModelError('bad_request', `${name}: the file cannot be used for embeddings`, { cause })
  }
}
