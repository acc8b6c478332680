/** Which model answers a thread while a canary runs: always the same one, and nobody can tell from outside which. */
import { createHmac } from 'node:crypto'

export interface Split {
  /** Secret of the installation: who knows it could choose an arm. */
  readonly salt: string
  /** Of 100 threads, so many go to the canary. */
  readonly percent: number
}

/** How a canary grows. */
export const WEIGHTS = [5, 25, 100] as const

/** Finer than a percent, so that a weight of 5 is 5 within a twentieth of a percent. */
const BUCKETS = 10_000

/** A thread that is in the canary at some weight stays in it at every higher one. */
export function armOf(thread: string, { salt, percent }: Split): 'canary' | 'production' {
  const bucket = createHmac('sha256', salt).update(thread).digest().readUInt32BE(0) % BUCKETS
  return bucket < (percent / 100) * BUCKETS ? 'canary' : 'production'
}
