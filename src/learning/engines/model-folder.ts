import { mkdir, readdir, readFile, rename, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { LearningError } from '#core/learning/engine.ts'

/** A full model, or a LoRA adapter, which is nothing without its base. */
const SHAPES: readonly { readonly config: string; readonly weights: string }[] = [
  { config: 'config.json', weights: 'model.safetensors' },
  { config: 'adapter_config.json', weights: 'adapter_model.safetensors' },
]

/**
 * Moves a model, as `save_pretrained` writes one, out of a trainer's output folder; its checkpoints on the way stay.
 * Whether each file is whole is looked at where it arrives (`jobs/model-files.ts`).
 *
 * @throws LearningError saying what is missing.
 */
export async function takeModel(output: string, place: string): Promise<void> {
  const names = await readdir(output).catch((): string[] => [])
  const shape = SHAPES.find(({ config }) => names.includes(config))
  if (shape === undefined) {
    throw missing(names.length === 0 ? `there is nothing in ${output}` : `${output} has no config.json`)
  }
  if (recordIn(await readFile(join(output, shape.config), 'utf8')) === undefined) {
    throw missing(`${shape.config} is not whole`)
  }
  await checkWeights(output, shape.weights, names)
  await mkdir(place, { recursive: true })
  for (const name of names) {
    if ((await stat(join(output, name))).isFile()) await rename(join(output, name), join(place, name))
  }
}

async function checkWeights(output: string, weights: string, names: readonly string[]): Promise<void> {
  if (names.includes(weights)) return
  const index = `${weights}.index.json`
  if (!names.includes(index)) throw missing(`${output} has no ${weights}`)
  const map = recordIn(await readFile(join(output, index), 'utf8'))?.weight_map
  const shards = new Set(Object.values(Object(map)).map(String))
  if (shards.size === 0) throw missing(`${index} names no weights`)
  for (const shard of shards) {
    if (!names.includes(basename(shard))) throw missing(`${shard} is not there`)
  }
}

const missing = (why: string) =>
  new LearningError(
    `The trainer ended without a model: ${why}. Look at what it said last with "parley learn job logs"; a disk that is full and a path that the trainer sees under another name are the usual reasons.`,
  )

function recordIn(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : undefined
  } catch {
    return undefined // told by the caller, with the file's name
  }
}
