import { join } from 'node:path'
import { DatasetError, type Split } from './dataset.ts'
import { readLines } from './lines.ts'
import { lineageSchema } from './manifest.ts'
import { readManifest } from './verify.ts'

/**
 * Which conversations and prompts an earlier dataset has in which split, so that the next one keeps them there, also
 * when the record that decided is gone or an older one came to light (rule L1).
 *
 * @throws DatasetError when the directory is not a dataset.
 */
export async function readPins(directory: string) {
  const manifest = await readManifest(directory)
  const pins = new Map<string, Split>()
  for (const { split, lineage } of manifest.files)
    for await (const { number, text } of readLines(join(directory, lineage.path))) {
      const { thread, prompt } = lineOf(text, `${join(directory, lineage.path)} line ${number}`)
      pins.set(`thread/${thread}`, split)
      pins.set(`prompt/${prompt}`, split)
    }
  return { id: manifest.id, salt: manifest.split.salt, pins }
}

function lineOf(text: string, name: string) {
  try {
    return lineageSchema.parse(JSON.parse(text))
  } catch (error) {
    throw new DatasetError(`${name} cannot be read. Run: parley learn dataset verify on that directory.`, {
      cause: error,
    })
  }
}
