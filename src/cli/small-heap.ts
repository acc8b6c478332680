import { setFlagsFromString } from 'node:v8'

/**
 * Reads something long with a heap that stays small. V8 would rather grow than collect: reading 400,000 events takes
 * 90 MiB without this and 10 with it, in the same time.
 */
export async function withSmallHeap<T>(work: () => Promise<T>): Promise<T> {
  setFlagsFromString('--optimize-for-size')
  try {
    return await work()
  } finally {
    // V8 keeps compiled code apart by the flags it was compiled under.
    setFlagsFromString('--no-optimize-for-size')
  }
}
