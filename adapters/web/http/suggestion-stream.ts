import type { Logger } from 'pino'
import type { Clock } from '#core/clock.ts'
import { reasonOf } from '#core/errors.ts'
import type { SuggestionView } from '../protocol.ts'

/** Milliseconds between signs of life: a model may think for longer than a proxy waits. */
const HEARTBEAT_MS = 15_000
const FAILED = 'Parley could not get a suggestion. Please try again in a moment.'

/**
 * A suggestion as `text/event-stream`, word by word. When the reader goes the model is cancelled (rule T5); a fault of
 * ours is told in a sentence, because the answer has begun by then.
 */
export function suggestionStream(
  begin: (signal: AbortSignal) => AsyncIterable<SuggestionView>,
  { clock, log }: { readonly clock: Clock; readonly log: Logger },
): ReadableStream<Uint8Array> {
  const gone = new AbortController()
  const over = new AbortController()
  const encoder = new TextEncoder()
  return new ReadableStream<Uint8Array>({
    start(controller) {
      const send = (frame: string): void => {
        if (!gone.signal.aborted) controller.enqueue(encoder.encode(frame))
      }
      const tell = (event: SuggestionView): void => send(`data: ${JSON.stringify(event)}\n\n`)
      void beat(clock, over.signal, () => send(': still here\n\n'))
      const write = async (): Promise<void> => {
        try {
          for await (const event of begin(gone.signal)) tell(event)
        } catch (thrown) {
          if (gone.signal.aborted) return
          log.error({ reason: reasonOf(thrown) }, 'web: a suggestion failed')
          tell({ type: 'failed', say: FAILED })
        }
      }
      void write().finally(() => {
        over.abort()
        if (!gone.signal.aborted) controller.close()
      })
    },
    cancel() {
      gone.abort()
      over.abort()
    },
  })
}

async function beat(clock: Clock, signal: AbortSignal, send: () => void): Promise<void> {
  while (!signal.aborted) {
    try {
      await clock.sleep(HEARTBEAT_MS, signal)
    } catch {
      return // It is over; a sleep fails for no other reason.
    }
    if (!signal.aborted) send()
  }
}
