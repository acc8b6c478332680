/**
 * The checkpoints of a run: `checkpoint/<step>/`, each moved to its place in one step when it is whole, so that after
 * kill -9 the newest one there can be gone on from. The newest few are kept.
 */
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sha256OfModel } from './model-files.ts'

/** One to go on from, and one more in case its disk lost it. */
const KEPT = 2
/** Sortable as text. */
const STEP_DIGITS = 9
/** Beside a checkpoint, not in it: the checksum of all that is. */
const SEAL = '.sha256'

export interface SavedCheckpoint {
  readonly step: number
  readonly folder: string
}

/** @param write puts the checkpoint's files into the folder it is given. */
export async function saveCheckpoint(
  shelf: string,
  step: number,
  write: (folder: string) => Promise<void>,
): Promise<void> {
  const place = join(shelf, String(step).padStart(STEP_DIGITS, '0'))
  const half = `${place}.half`
  await rm(half, { recursive: true, force: true })
  await mkdir(half, { recursive: true })
  await write(half)
  await writeFile(`${place}${SEAL}`, await sha256OfModel(half))
  await rm(place, { recursive: true, force: true })
  await rename(half, place)
  for (const { folder } of (await standing(shelf)).slice(KEPT)) {
    await rm(folder, { recursive: true, force: true })
    await rm(`${folder}${SEAL}`, { force: true })
  }
}

/** The newest whole one. A damaged one is passed over for the one before it. */
export async function newestCheckpoint(shelf: string): Promise<SavedCheckpoint | undefined> {
  for (const saved of await standing(shelf)) {
    const seal = await readFile(`${saved.folder}${SEAL}`, 'utf8').catch(() => undefined)
    if (seal !== undefined && seal === (await sha256OfModel(saved.folder).catch(() => undefined)))
      return saved
  }
  return undefined
}

/** Newest first. */
async function standing(shelf: string): Promise<readonly SavedCheckpoint[]> {
  const names = await readdir(shelf).catch(() => [])
  return names
    .filter((name) => /^\d+$/u.test(name))
    .toSorted()
    .toReversed()
    .map((name) => ({ step: Number(name), folder: join(shelf, name) }))
}
