import type { Clock } from '#core/clock.ts'

/** Half a minute in all: a store that restarts, a network that blinks. Milliseconds. */
const PAUSES_MS: readonly number[] = [250, 1_000, 4_000, 8_000, 16_000]

/**
 * Runs an idempotent task until it succeeds.
 *
 * @throws what the last attempt threw, or the signal's reason
 */
export async function withPatience<T>(task: () => Promise<T>, clock: Clock, signal: AbortSignal): Promise<T> {
  for (const pause of PAUSES_MS) {
    signal.throwIfAborted()
    try {
      return await task()
    } catch {
      // The last attempt's error is the one that tells; a pause comes first.
      await clock.sleep(pause, signal)
    }
  }
  return task()
}
