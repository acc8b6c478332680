import type { Clock } from '#core/clock.ts'
import type { EventLog } from '../workspace/events.ts'

/** Milliseconds between signs of life, and looks at who listens; proxies close what is silent for half a minute. */
const HEARTBEAT_MS = 15_000
/** Bytes that may wait for one slow reader: it is then cut off, and comes back to resume or read anew. */
const BACKLOG = 1024 * 1024
/** Milliseconds until a browser tries again. */
const RETRY_MS = 1_000

export interface Reader {
  readonly lastEventId: string | undefined
  /** Their session goes on. Rejects when nobody can tell. */
  readonly isSignedIn: () => Promise<boolean>
  /** Close the connection, with what still waits for it. */
  readonly hangUp: () => void
}

/** The events after `lastEventId`, as `text/event-stream`, until the reader goes, signs out or falls too far behind. */
export function eventStream(events: EventLog, clock: Clock, reader: Reader): ReadableStream<Uint8Array> {
  const gone = new AbortController()
  const encoder = new TextEncoder()
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        let unsubscribe = (): void => undefined
        gone.signal.addEventListener('abort', () => unsubscribe())
        const send = (frame: string): void => {
          if (gone.signal.aborted) return
          controller.enqueue(encoder.encode(frame))
          if ((controller.desiredSize ?? 0) > 0) return
          gone.abort()
          reader.hangUp()
        }
        send(`retry: ${RETRY_MS}\n\n`)
        unsubscribe = events.subscribe(reader.lastEventId, send)
        if (gone.signal.aborted) unsubscribe()
        void beat(clock, gone.signal, async () => {
          if (await reader.isSignedIn().catch(() => true)) return send(': still here\n\n')
          if (gone.signal.aborted) return
          gone.abort()
          controller.close()
        })
      },
      cancel() {
        gone.abort()
      },
    },
    new ByteLengthQueuingStrategy({ highWaterMark: BACKLOG }),
  )
}

async function beat(clock: Clock, signal: AbortSignal, once: () => Promise<void>): Promise<void> {
  while (!signal.aborted) {
    try {
      await clock.sleep(HEARTBEAT_MS, signal)
    } catch {
      return // The reader has gone; a sleep fails for no other reason.
    }
    await once()
  }
}
