/**
 * Delivery: what a reader sees of a reply while the model writes it. Rules D1 to D7.
 *
 * Text is pushed in as it comes; `pacing.ts` decides when it is written, `split.ts` how it is cut, and the surface
 * of the platform makes it visible. Knows no platform and no model.
 */
import type { Clock } from '#core/clock.ts'
import { nextWrite } from './pacing.ts'
import { split } from './split.ts'
import { type Control, type ReplySurface, SurfaceError } from './surface.ts'

/** A platform that is down this long costs the reply; the text stays in the transcript. */
const GIVE_UP_AFTER_MS = 120_000
/** First pause after a failed write; doubles up to the longest. */
const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 15_000

export interface ReplyWriterDeps {
  readonly surface: ReplySurface
  readonly clock: Clock
  /** Ends every write and wait. */
  readonly signal: AbortSignal
  /** Told whenever the messages that show this reply change, before the next write. */
  readonly onShown: (messages: readonly string[]) => Promise<void>
}

/** One reply on its way to the reader. */
export class ReplyWriter {
  readonly #deps: ReplyWriterDeps
  /** All the text there is. Only grows until `finish`. */
  #text = ''
  /** The text that was shown last; undefined before the first write. */
  #visible: string | undefined
  #finished = false
  #controls: readonly Control[] = ['stop']
  /** The last write has happened. */
  #done = false
  #notBefore = 0
  #blockedUntil = 0
  /** Message ids as the surface named them last. */
  #messages: readonly string[] = []
  /** Set when the reply cannot be shown any more; `finish` throws it. */
  #lost: unknown
  /** The loop that writes; one at a time, so that one write is in flight (rule D3). */
  #writing: Promise<void> | undefined
  /** Resolved by `finish`: the end of a reply never waits for the cadence. */
  readonly #ending = Promise.withResolvers<void>()

  constructor(deps: ReplyWriterDeps) {
    this.#deps = deps
  }

  /** More text. Returns at once; the reader sees it when the platform bears it. */
  push(delta: string): void {
    if (delta === '') return
    this.#text += delta
    this.#begin()
  }

  /**
   * The reply is complete, and reads `text`. Resolves when the reader sees it.
   *
   * @param controls what people may do with it from now on.
   *
   * @throws SurfaceError when it can no longer be shown; the signal's reason when that is aborted.
   */
  async finish(text: string, controls: readonly Control[]): Promise<void> {
    this.#text = text
    this.#controls = controls
    this.#finished = true
    this.#ending.resolve()
    while (!this.#done && this.#lost === undefined) {
      this.#begin()
      await this.#writing
    }
    if (this.#lost !== undefined) throw this.#lost
  }

  #begin(): void {
    if (this.#lost !== undefined) return
    this.#writing ??= this.#write()
      .catch((error: unknown) => {
        this.#lost = error
      })
      .finally(() => {
        this.#writing = undefined
        // Text that came while the loop was ending must not wait for the next token.
        if (!this.#finished && this.#isStale) this.#begin()
      })
  }

  async #write(): Promise<void> {
    const { clock, signal } = this.#deps
    let failures = 0
    let failingSince = 0
    for (;;) {
      signal.throwIfAborted()
      const pace = nextWrite(this.#pacing(), clock.now())
      switch (pace.do) {
        case 'rest':
          return
        case 'wait':
          await this.#wait(pace.ms)
          break
        case 'write':
          try {
            if (await this.#show()) return
            failures = 0
          } catch (error) {
            if (failures === 0) failingSince = clock.now()
            failures += 1
            this.#blockedUntil = clock.now() + pauseAfter(error, failures)
            if (this.#blockedUntil - failingSince > GIVE_UP_AFTER_MS) throw error
          }
          break
      }
    }
  }

  /** @returns true when that was the last write. */
  async #show(): Promise<boolean> {
    const { surface, clock, signal, onShown } = this.#deps
    const text = this.#text
    const finished = this.#finished
    this.#notBefore = clock.now() + surface.cadenceMs
    const messages = await surface.show(
      { parts: split(text, surface.limit), finished, controls: this.#controls },
      signal,
    )
    this.#visible = text
    this.#done = finished
    if (messages.join() !== this.#messages.join()) {
      this.#messages = messages
      await onShown(messages)
    }
    return finished
  }

  async #wait(ms: number): Promise<void> {
    const { clock, signal } = this.#deps
    if (this.#finished) return clock.sleep(ms, signal)
    const timer = new AbortController()
    const sleep = clock.sleep(ms, AbortSignal.any([timer.signal, signal]))
    await Promise.race([sleep, this.#ending.promise])
    timer.abort()
    await sleep.catch(() => signal.throwIfAborted())
  }

  get #isStale(): boolean {
    return this.#text !== (this.#visible ?? '')
  }

  #pacing() {
    return {
      inFlight: false,
      begun: this.#visible !== undefined,
      stale: this.#isStale,
      finished: this.#finished,
      notBefore: this.#notBefore,
      blockedUntil: this.#blockedUntil,
    }
  }
}

/** @throws the error itself when trying again cannot help. */
function pauseAfter(error: unknown, failures: number): number {
  if (!(error instanceof SurfaceError)) throw error
  const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failures - 1))
  switch (error.fault.kind) {
    case 'rate_limited':
      return Math.max(pause, error.fault.retryAfterMs)
    case 'unavailable':
      return pause
    case 'gone':
    case 'refused':
      throw error
  }
}
