import type { Clock } from '#core/clock.ts'

/** Half a minute in all: a store that restarts, a network that blinks. Milliseconds. */
const PAUSES_MS: readonly number[] = [250, 1_000, 4_000, 8_000, 16_000]
/** Between tries of what will go when something that is down is back. */
const LONGEST_PAUSE_MS = 16_000

/**
 * Runs an idempotent task until it succeeds.
 *
 * @param passes whether what failed will go again by itself, however long that takes.
 * @throws what the last attempt threw, or the signal's reason
 */
export async function withPatience<T>(
  task: () => Promise<T>,
  clock: Clock,
  signal: AbortSignal,
  passes: (error: unknown) => Promise<boolean> = async () => false,
): Promise<T> {
  let isLast = false
  for (let tried = 0; ; tried += 1) {
    signal.throwIfAborted()
    try {
      return await task()
    } catch (error) {
      signal.throwIfAborted()
      const pause = PAUSES_MS[tried]
      if (pause !== undefined || (await passes(error))) {
        await clock.sleep(pause ?? LONGEST_PAUSE_MS, signal)
        isLast = false
      } else if (isLast) throw error
      // What was down may be back by the time that it was asked.
      else isLast = true
    }
  }
}
