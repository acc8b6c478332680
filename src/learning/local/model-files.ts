/** A model as a folder, `{config.json, model.safetensors}`, and a checkpoint as a file: whole or not there at all. */
import { access, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { reasonOf } from '#core/errors.ts'
import { LearningError } from '#core/learning/engine.ts'
import { jsonOf } from '#core/learning/files.ts'
import { newBlocks } from './gpt.ts'
import { readTensors, writeTensors } from './safetensors.ts'
import type { Checkpoint, Model, ModelConfig } from './trainer.ts'

const CONFIG_FILE = 'config.json'
const MODEL_FILE = 'model.safetensors'

const size = z.int().positive()
const configSchema = z.object({
  schema: z.literal(1),
  architecture: z.literal('parley-gpt'),
  layers: size,
  width: size,
  heads: size,
  context: size,
  promptTokens: size,
  alphabet: z.union([z.literal('bytes'), z.object({ characters: z.string().min(1) })]),
  demonstrations: z.object({ mean: z.number(), deviation: z.number().positive() }).optional(),
})

/** Puts it in the place of what is at `folder`; the folder it is in must be there. */
export async function saveModel(
  folder: string,
  { config, blocks, demonstrations }: Model,
  about: Readonly<Record<string, string>> = {},
): Promise<void> {
  const half = `${folder}.${process.pid}.half`
  await rm(half, { recursive: true, force: true })
  await mkdir(half, { recursive: true })
  const written = configSchema.parse({ schema: 1, architecture: 'parley-gpt', ...config, demonstrations })
  await writeFile(join(half, CONFIG_FILE), `${JSON.stringify(written, undefined, 2)}\n`)
  await writeTensors(join(half, MODEL_FILE), { blocks, metadata: { format: 'parley', ...about } })
  await rm(folder, { recursive: true, force: true })
  await rename(half, folder)
}

/** @throws LearningError when it is not there, or not whole. */
export async function loadModel(folder: string): Promise<Model> {
  const { demonstrations, ...config } = await readModelConfig(folder)
  const { blocks } = await readTensors(join(folder, MODEL_FILE))
  check(folder, config, blocks)
  return { config, blocks, ...(demonstrations === undefined ? {} : { demonstrations }) }
}

/** Of a model of this engine; its numbers are not read. @throws LearningError when there is none. */
export async function readModelConfig(
  folder: string,
): Promise<ModelConfig & { readonly demonstrations?: Model['demonstrations'] | undefined }> {
  const path = join(folder, CONFIG_FILE)
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new LearningError(`${path} cannot be read: ${reasonOf(error)}. Give the folder of a trained model.`)
  })
  const read = configSchema.safeParse(jsonOf(text))
  if (!read.success) {
    const [issue] = read.error.issues
    throw new LearningError(
      `${path} is not what Parley wrote: ${issue?.path.join('.')} ${issue?.message}. Give the folder of a trained model.`,
    )
  }
  const { schema: _, architecture: __, ...config } = read.data
  return config
}

/** The numbers must be those of the configuration. */
function check(folder: string, config: ModelConfig, blocks: Model['blocks']): void {
  for (const [name, { shape }] of Object.entries(newBlocks(config, 0))) {
    if (blocks[name]?.shape.join() === shape.join()) continue
    throw new LearningError(
      `${join(folder, MODEL_FILE)} is not of this configuration: ${name} is not ${shape.join(' x ')}. Copy the whole folder again.`,
    )
  }
}

export async function saveCheckpoint(path: string, { stage, step, blocks }: Checkpoint): Promise<void> {
  await writeTensors(path, { blocks, metadata: { stage, step: String(step) } })
}

const stepSchema = z.object({
  stage: z.enum(['sft', 'reward', 'ppo']),
  step: z.coerce.number().int().nonnegative(),
})

/** Undefined when there is none. @throws LearningError when it is none of ours. */
export async function readCheckpoint(path: string): Promise<Checkpoint | undefined> {
  if (!(await exists(path))) return undefined
  const { blocks, metadata } = await readTensors(path)
  const read = stepSchema.safeParse(metadata)
  if (read.success) return { ...read.data, blocks }
  throw new LearningError(`${path} is no checkpoint. Move it away, and the job begins anew.`)
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )
