import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { field } from './shape.ts'

/** Parts that only work beside a model: image encoders, and all but the first of a model in several files. */
const NO_MODEL = /^mmproj|-(?!00001)\d{5}-of-\d{5}\.gguf$/i

/**
 * The model file in a folder: the newest, because that is the one put there last.
 *
 * @returns undefined when there is none, or no such folder
 */
export async function findGguf(dir: string): Promise<string | undefined> {
  const names = (await filesIn(dir)).filter((name) => name.endsWith('.gguf') && !NO_MODEL.test(name))
  const files = await Promise.all(
    names.sort().map(async (name) => ({ path: join(dir, name), at: (await stat(join(dir, name))).mtimeMs })),
  )
  return files.sort((a, b) => b.at - a.at)[0]?.path
}

async function filesIn(dir: string): Promise<string[]> {
  try {
    return await readdir(dir)
  } catch (error) {
    const code = field(error, 'code')
    if (code === 'ENOENT' || code === 'ENOTDIR') return []
    throw error
  }
}
