import type { Clock } from '#core/clock.ts'

/** A clock on which every sleep is over at once, and which remembers how long each was. */
export function quickClock(): Clock & { readonly slept: readonly number[] } {
  const slept: number[] = []
  return {
    slept,
    now: () => slept.reduce((sum, ms) => sum + ms, 0),
    sleep: async (ms, signal) => {
      signal?.throwIfAborted()
      slept.push(ms)
    },
  }
}
