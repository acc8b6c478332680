import { join } from 'node:path'
import * as z from 'zod'
import { reasonOf } from '#core/errors.ts'
import { DatasetError, SPLITS, type Split } from '#core/learning/dataset/dataset.ts'
import { FORMATS } from '#core/learning/dataset/formats.ts'
import { readLines, sha256OfFile } from '#core/learning/dataset/lines.ts'
import { contextSha } from '#core/learning/dataset/rows.ts'
import { readManifest } from '#core/learning/dataset/verify.ts'
import { jsonOf } from '#core/learning/files.ts'
import type { Judged } from './reward-model.ts'

type Conversation = Judged['conversation']

/** Finds a conversation by the label of its prompt row: `{"pid","ctx_sha"}`, as JSON text or parsed already. */
export interface Conversations {
  readonly count: number
  find(label: unknown): Conversation | undefined
}

export const NO_CONVERSATIONS: Conversations = { count: 0, find: () => undefined }

const labelShape = z.object({ pid: z.string(), ctx_sha: z.string() })

/**
 * The conversations of a dataset's prompts, of every split.
 *
 * @throws DatasetError see `readPrompts`
 */
export async function readConversations(directory: string): Promise<Conversations> {
  const known = new Map<string, Conversation>()
  for await (const prompt of readPrompts(directory, SPLITS)) known.set(contextSha(prompt), prompt)
  return { count: known.size, find: (label) => known.get(contextShaIn(label)) }
}

/**
 * The prompts of a dataset, one at a time, in the order of its files.
 *
 * @throws DatasetError when the directory is no dataset, has no prompts in these splits, or a file is not what its
 *   manifest says.
 */
export async function* readPrompts(
  directory: string,
  splits: readonly Split[],
): AsyncGenerator<Conversation> {
  const manifest = await readManifest(directory)
  const prompts = manifest.files.filter(({ kind }) => kind === 'prompts')
  const files = prompts.filter(({ split }) => splits.includes(split))
  if (prompts.length === 0)
    throw new DatasetError(`${directory} has no prompts. Build it again with --kinds prompts among others.`)
  if (files.length === 0)
    throw new DatasetError(
      `${directory} has no prompts for ${splits.join(' and ')}. It has ${prompts.map(({ split }) => split).join(', ')}.`,
    )
  for (const { path, sha256 } of files) {
    const file = join(directory, path)
    const found = await sha256OfFile(file).catch((error: unknown) => {
      throw new DatasetError(`${file} cannot be read: ${reasonOf(error)}. Build the dataset again.`)
    })
    if (found !== sha256)
      throw new DatasetError(`${file} was changed: its checksum is another. Build the dataset again.`)
    for await (const { text } of readLines(file)) yield FORMATS.prompts.parse(JSON.parse(text)).prompt
  }
}

/** A label that is not ours names no conversation. */
function contextShaIn(label: unknown): string {
  const { data } = labelShape.safeParse(typeof label === 'string' ? jsonOf(label) : label)
  return data?.ctx_sha ?? ''
}
