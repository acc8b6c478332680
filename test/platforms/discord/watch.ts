/** Waiting for a state of the simulator without polling: every change tries the open checks again. */

export interface Watch {
  changed(): void
  until<T>(check: () => T | undefined | null | false, withinMs?: number): Promise<T>
}

export function createWatch(): Watch {
  const waiting = new Set<() => void>()
  return {
    changed() {
      for (const tryAgain of [...waiting]) tryAgain()
    },
    until(check, withinMs = 15_000) {
      return new Promise((resolve, reject) => {
        const done = (): void => {
          waiting.delete(tryAgain)
          clearTimeout(timer)
        }
        const tryAgain = (): void => {
          try {
            const value = check()
            if (value === undefined || value === null || value === false) return
            done()
            resolve(value)
          } catch (error) {
            done()
            reject(error)
          }
        }
        const timer = setTimeout(() => {
          done()
          reject(new Error(`The simulator did not get there within ${withinMs} ms: ${check}`))
        }, withinMs)
        waiting.add(tryAgain)
        tryAgain()
      })
    },
  }
}
