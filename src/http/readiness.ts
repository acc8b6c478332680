/** What `/readyz` says: the truth about the store, the platforms and what waits, in words for people. Pure. */
import type { Readiness } from './front.ts'

/** A queue that is longer behind than this is worth a word. */
const BEHIND_MS = 10_000

export interface Circumstances {
  /** Why the store does not answer; undefined when it does. */
  readonly storeFault: string | undefined
  readonly platforms: readonly {
    readonly name: string
    readonly state: { readonly is: string; readonly reason?: string }
  }[]
  /** Undefined when nobody can tell. */
  readonly queue: { readonly open: number; readonly waitsMs: number } | undefined
  /** Told to stop: running answers end, and nothing more is taken. */
  readonly stopping: boolean
}

/**
 * Not ready: nothing can be taken in, or a platform is away that will be tried again. One that failed for good at the
 * start keeps nobody from the others. A queue that is behind is no reason to send people elsewhere: replicas share it.
 */
export function readinessOf({ storeFault, platforms, queue, stopping }: Circumstances): Readiness {
  const works = platforms.every(({ state: { is } }) => is === 'up' || is === 'failed')
  return {
    ready: storeFault === undefined && works && !stopping,
    parts: {
      ...(stopping && { parley: 'stopping' }),
      store: storeFault === undefined ? 'up' : `down: ${storeFault}`,
      ...Object.fromEntries(
        platforms.map(({ name, state: { is, reason } }) => [
          name,
          reason === undefined ? is : `${is}: ${reason}`,
        ]),
      ),
      ...(queue !== undefined && queue.waitsMs > BEHIND_MS && { queue: behind(queue) }),
    },
  }
}

const behind = ({ open, waitsMs }: { readonly open: number; readonly waitsMs: number }): string =>
  `behind: ${open} open, the oldest has waited for ${Math.round(waitsMs / 1_000)} s`
