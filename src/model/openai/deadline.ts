/** Made once: without a reason each abort makes an error with a stack. */
const CLOSED = new DOMException('The request is over.', 'AbortError')

/**
 * Our own timeouts on one request (rule M2): the SDK's end with the response headers.
 *
 * Armed only while we wait for the server, so that a slow reader is never taken for a slow model. Closing it aborts
 * the request, whatever its state.
 */
export class Deadline implements Disposable {
  readonly #controller = new AbortController()
  readonly #caller: AbortSignal
  /** Set while the server owes us an event. */
  #timer: NodeJS.Timeout | undefined
  #passedMs: number | undefined

  constructor(caller: AbortSignal) {
    this.#caller = caller
    if (caller.aborted) this.#cancel()
    else caller.addEventListener('abort', this.#cancel, { once: true })
  }

  /** Aborted by the caller, by time, or by closing. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** How long we waited in vain, in milliseconds; undefined while in time. */
  get passedMs(): number | undefined {
    return this.#passedMs
  }

  /** The server has `ms` from now on. */
  arm(ms: number): void {
    this.disarm()
    this.#timer = setTimeout(() => {
      this.#passedMs = ms
      this.#controller.abort()
    }, ms)
  }

  disarm(): void {
    clearTimeout(this.#timer)
  }

  [Symbol.dispose](): void {
    this.disarm()
    this.#caller.removeEventListener('abort', this.#cancel)
    this.#controller.abort(CLOSED)
  }

  readonly #cancel = (): void => this.#controller.abort(this.#caller.reason)
}
