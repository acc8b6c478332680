/** Small files of jobs and models: replaced in one step, and read although they may be missing or break off. */
import { readFile, rename, writeFile } from 'node:fs/promises'

/**
 * In one step: nobody ever reads half of it, kill -9 included.
 *
 * @param mode who may read it; as the process has it by default
 */
export async function replaceFile(path: string, text: string, mode?: number): Promise<void> {
  const half = `${path}.${process.pid}.half`
  await writeFile(half, text, mode === undefined ? {} : { mode })
  await rename(half, path)
}

/** Undefined where there is no such file. */
export const textIn = (path: string): Promise<string | undefined> =>
  readFile(path, 'utf8').catch(undefinedIfMissing)

/** For `catch`: what is not there is no fault, anything else is. @throws the error */
export function undefinedIfMissing(error: unknown): undefined {
  if (!isMissing(error)) throw error
}

export const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT'

/** Undefined where it is no JSON: the schema that it is read with says so. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
