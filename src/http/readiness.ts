/** What `/readyz` says: the truth about the store, the platforms and what waits, in words for people. */
import { reasonOf } from '#core/errors.ts'
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

/** Where the circumstances are asked for, each time anew. */
export interface Asked {
  /** Rejects when it does not answer. */
  readonly store: { ping(): Promise<void> }
  readonly queue: { waiting(): Promise<number>; oldestWait(): Promise<number> }
  readonly platforms: () => Circumstances['platforms']
  readonly stopping: () => boolean
}

/** Never rejects: what cannot be asked is part of the answer. The queue lies in the store, and is down with it. */
export async function askReadiness({ store, queue, platforms, stopping }: Asked): Promise<Readiness> {
  const storeFault = await store.ping().then(() => undefined, reasonOf)
  const waiting =
    storeFault === undefined
      ? await Promise.all([queue.waiting(), queue.oldestWait()]).then(
          ([open, waitsMs]) => ({ open, waitsMs }),
          () => undefined,
        )
      : undefined
  return readinessOf({ storeFault, platforms: platforms(), queue: waiting, stopping: stopping() })
}

/**
 * Pure. Not ready: nothing can be taken in, or a platform is away that will be tried again. One that failed for good at the
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
