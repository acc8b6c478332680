/** Time as an argument, so that tests own it. Milliseconds since the epoch. */
export interface Clock {
  now(): number
  /** Resolves after `ms`; rejects with the signal's reason when it is aborted first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

export const systemClock: Clock = {
  now: Date.now,
  // Not Node's own promise of a timer: that one makes an error with a stack for every sleep that is cut short, and
  // every turn cuts several.
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      const wake = () => {
        clearTimeout(timer)
        reject(signal?.reason)
      }
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', wake)
        resolve()
      }, ms)
      signal?.addEventListener('abort', wake, { once: true })
    }),
}
