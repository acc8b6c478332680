/** The stores that chaos runs on. */
import { join } from 'node:path'
import type { Fault } from './room.ts'

export interface ChaosStore {
  /** For PARLEY_STORE. */
  readonly url: string
  readonly faults: readonly Fault[]
  close(): Promise<void>
}

export async function openChaosStore(kind: 'sqlite' | 'postgres', folder: string): Promise<ChaosStore> {
  if (kind === 'postgres') throw new Error('not yet')
  return { url: `sqlite:${join(folder, 'parley.sqlite')}`, faults: [], close: async () => {} }
}
