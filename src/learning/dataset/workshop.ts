import { mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { DatasetError } from './dataset.ts'

/**
 * Where a dataset is made: a hidden directory beside its place, so that one rename shows all of it. What a build that
 * died left behind is taken away by the next one.
 *
 * @throws DatasetError when something stands in the place already, and whatever `work` throws.
 */
export async function madeWhole<T>(out: string, work: (directory: string) => Promise<T>): Promise<T> {
  const place = resolve(out)
  await mkdir(dirname(place), { recursive: true })
  await refuseTaken(place)
  await clearLeftovers(place)
  const building = join(dirname(place), `${prefixOf(place)}${process.pid}`)
  await mkdir(building)
  try {
    const result = await work(building)
    await rename(building, place)
    return result
  } catch (error) {
    await rm(building, { recursive: true, force: true })
    throw error
  }
}

const prefixOf = (place: string): string => `.${basename(place)}.building-`

async function refuseTaken(place: string): Promise<void> {
  try {
    // An empty directory may have been made to be filled.
    await rmdir(place)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT') return
    throw new DatasetError(
      `${place} is there already, and a dataset is never changed once it was built. Choose another --out.`,
    )
  }
}

async function clearLeftovers(place: string): Promise<void> {
  const names = await readdir(dirname(place))
  const leftovers = names.filter((name) => {
    const pid = name.startsWith(prefixOf(place)) ? Number(name.slice(prefixOf(place).length)) : Number.NaN
    return Number.isSafeInteger(pid) && !isRunning(pid)
  })
  for (const name of leftovers) await rm(join(dirname(place), name), { recursive: true, force: true })
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return pid !== process.pid
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
