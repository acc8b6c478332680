import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { reasonOf } from '#core/errors.ts'
import { LearningError } from '#core/learning/engine.ts'
import { jsonOf, replaceFile } from '#core/learning/files.ts'
import { SCALAR_NAMES } from './features.ts'
import { ENOUGH_PROMPTS } from './head.ts'

/** In the folder of the model, as a job leaves it. */
export const HEAD_FILE = 'reward-model.json'
const ID_DIGITS = 24

const numbers = z.array(z.number())

/** Numbers are finite: zod takes no other, and JSON has no other. */
const headSchema = z
  .object({
    format: z.literal('parley-reward-head'),
    schema: z.literal(1),
    /** Follows from everything else in the file: the same head has the same id, a changed one is found out. */
    id: z.string(),
    /** A head fits only the embeddings it was trained on. */
    embedding: z
      .object({
        model: z.string(),
        dimensions: z.int().positive(),
        /** Where they came from, see `EmbedderRequest`: the same model at another address does as well. */
        from: z.string(),
      })
      .readonly(),
    /** The features after the embedding, by name. */
    scalars: z.array(z.string()).readonly(),
    /** See `Head` in normalise.ts. The first gives the score. */
    heads: z
      .array(z.object({ weights: numbers.readonly(), offset: z.number() }).readonly())
      .min(1)
      .readonly(),
    slope: z.number().nonnegative(),
    perLogLength: z.number(),
    ridge: z.number().positive(),
    seed: z.int(),
    /** Ids of the datasets it learned from. */
    datasets: z.array(z.string()).min(1).readonly(),
    /** Ranked prompts that it learned from. */
    prompts: z.int().nonnegative(),
    metrics: z.record(z.string(), z.number()).readonly(),
  })
  .refine(
    ({ embedding, scalars, heads }) =>
      heads.every(({ weights }) => weights.length === embedding.dimensions + scalars.length),
    { path: ['heads'], message: 'have another number of weights than there are features' },
  )
  .readonly()
export type HeadFile = z.infer<typeof headSchema>

/** True while it learned from too little to decide anything. */
export const isShadow = ({ prompts }: Pick<HeadFile, 'prompts'>): boolean => prompts < ENOUGH_PROMPTS

/** Names a head by its contents. @throws LearningError when it has a number that is none */
export function sealHead(head: Omit<HeadFile, 'id' | 'format' | 'schema'>): HeadFile {
  const body = { format: 'parley-reward-head', schema: 1, ...head } as const
  const { data, error } = headSchema.safeParse({ ...body, id: idOf(body) })
  if (data !== undefined) return data
  const [issue] = error?.issues ?? []
  throw new LearningError(
    `The reward model came out broken: ${issue?.path.join('.')} ${issue?.message}. Check the embeddings, and train again.`,
  )
}

/** In one step: nobody ever reads half of one, kill -9 included. @returns where it is */
export async function writeHead(folder: string, head: HeadFile): Promise<string> {
  const path = join(folder, HEAD_FILE)
  await replaceFile(path, `${JSON.stringify(head)}\n`)
  return path
}

/**
 * @param address the file, the folder it is in, or the directory of the job that made it
 * @throws LearningError when there is none, it is not whole, or was changed
 */
export async function readHead(address: string): Promise<HeadFile> {
  const path = await fileAt(address)
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new LearningError(`${path} cannot be read: ${reasonOf(error)}.`)
  })
  const { data, error } = headSchema.safeParse(jsonOf(text))
  if (data === undefined) {
    const [issue] = error?.issues ?? []
    throw new LearningError(
      `${path} is no reward model that Parley wrote: ${issue?.path.join('.')} ${issue?.message}. Train it again.`,
    )
  }
  const { id, ...body } = data
  if (id !== idOf(body))
    throw new LearningError(`${path} was changed after it was written. Train it again, or fetch it anew.`)
  if (data.scalars.join() === SCALAR_NAMES.join()) return data
  throw new LearningError(
    `${path} looks at ${data.scalars.join(', ')}; this version of Parley looks at ${SCALAR_NAMES.join(', ')}. Train it again.`,
  )
}

async function fileAt(address: string): Promise<string> {
  for (const path of [join(address, HEAD_FILE), join(address, 'model', HEAD_FILE), address])
    if ((await stat(path).catch(() => undefined))?.isFile() === true) return path
  throw new LearningError(
    `There is no reward model at ${address}. "parley learn rm train" makes one, and says where it is.`,
  )
}

/** Over the values, in the order they have here: how a file is spaced does not matter. */
const idOf = (body: Omit<HeadFile, 'id'>): string => {
  const {
    format,
    schema,
    embedding,
    scalars,
    heads,
    slope,
    perLogLength,
    ridge,
    seed,
    datasets,
    prompts,
    metrics,
  } = body
  const values = [
    ...[format, schema, embedding.model, embedding.dimensions, embedding.from, scalars],
    heads.map(({ weights, offset }) => [weights, offset]),
    ...[slope, perLogLength, ridge, seed, datasets, prompts],
    Object.entries(metrics).toSorted(([a], [b]) => (a < b ? -1 : 1)),
  ]
  return `rm_${createHash('sha256').update(JSON.stringify(values)).digest('hex').slice(0, ID_DIGITS)}`
}
