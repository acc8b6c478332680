/**
 * Delivery: what a reader sees of a reply while the model writes it. Rules D1 to D7.
 *
 * Text is pushed in as it comes; `pacing.ts` decides what the reply does next, `budget.ts` which of the replies that
 * share an account writes next, `split.ts` how text is cut, and the surface of the platform makes it visible. Where
 * beginning a message is free, a reply goes on in the next one in two steps (`nextStep`). Knows no platform and no
 * model.
 */
import type { Clock } from '#core/clock.ts'
import type { Account, GrantedTurn } from './account.ts'
import type { Waiting } from './budget.ts'
import { nextStep, nextWrite, type PacingState, type Step } from './pacing.ts'
import { heardAt, SILENT } from './rhythm.ts'
import { createSplitter, type Splitter, sizeOf } from './split.ts'
import { type Control, type PartLimit, type ReplySurface, SurfaceError } from './surface.ts'

/** A platform that is down this long costs the reply; the text stays in the transcript. */
const GIVE_UP_AFTER_MS = 900_000
/** A platform that refuses for want of room this long is as good as down. */
const STARVED_AFTER_MS = 900_000
/** First pause after a failed write; doubles up to the longest. */
const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 15_000
/** Where a new paragraph begins, a message may end; most breaks are no longer than this. */
const BREAK = /\n[^\S\n]*\n\s*\S/
const BREAK_LENGTH = 4
/** Between two tries of a platform that names no time. */
const SHORTEST_PAUSE_MS = 50

/** Made once: without a reason each abort makes an error with a stack. */
const FINISHED = new Error('the reply is complete')

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
  /** When the oldest text came that no write has taken up; undefined while there is none. */
  #unseenSince: number | undefined
  #rhythm = SILENT
  /** The account whose turn it waits for; undefined while it waits for none. */
  #line: Account | undefined
  /** Parts as they were shown last. */
  #visible: readonly string[] = []
  /** What the next growing write does, as far as was looked. */
  #step: Step = 'grow'
  /** Cuts were looked for in so much of the text, and so much of it fits without another one at the least. */
  #looked = { until: 0, room: 0 }
  /** The reader sees something. */
  #begun = false
  #finished = false
  #controls: readonly Control[] = ['stop']
  /** The last write has happened. */
  #done = false
  #blockedUntil = 0
  /** Message ids as the surface named them last. */
  #messages: readonly string[] = []
  /** Set when the reply cannot be shown any more; `finish` throws it. */
  #lost: unknown
  /** The loop that writes; one at a time, so that one write is in flight (rule D3). */
  #writing: Promise<void> | undefined
  /** Aborted by `finish`: the end of a reply waits for nobody's turn. */
  readonly #ending = new AbortController()
  /** Aborted by `leave`. */
  readonly #leaving = new AbortController()
  /** Ends every write and wait. */
  readonly #signal: AbortSignal
  /** Ends waits that only a reply that still grows has reason for. */
  readonly #growing: AbortSignal

  readonly #splitter: Splitter

  constructor(deps: ReplyWriterDeps) {
    this.#deps = deps
    const { surface } = deps
    const { render } = surface
    // Asked for at every cut: a platform may come to bear less. Parts that are followed by others stay as they are.
    const limit: PartLimit = {
      get unit() {
        return surface.limit.unit
      },
      get size() {
        return surface.limit.size
      },
    }
    this.#splitter = createSplitter(limit, {
      ...(render !== undefined && { measure: (part: string) => sizeOf(render(part), limit) }),
      early: surface.beginsFree === true,
    })
    this.#signal = AbortSignal.any([deps.signal, this.#leaving.signal])
    this.#growing = AbortSignal.any([this.#signal, this.#ending.signal])
  }

  /** More text. Returns at once; the reader sees it when the platform bears it. */
  push(delta: string): void {
    if (delta === '') return
    this.#text += delta
    const now = this.#deps.clock.now()
    this.#unseenSince ??= now
    this.#rhythm = heardAt(this.#rhythm, now)
    this.#line?.heard(this.#deps.surface, this.#unseen(now))
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
    this.#ending.abort(FINISHED)
    while (!this.#done && this.#lost === undefined) {
      this.#begin()
      await this.#writing
    }
    if (this.#lost !== undefined) throw this.#lost
  }

  /**
   * The reply is written here no longer. Resolves when nothing is on its way to the reader any more, so that whoever
   * goes on with it finds all that there is (rules T1, T2). Never rejects.
   */
  async leave(): Promise<void> {
    this.#leaving.abort(new Error('the reply is written here no longer'))
    while (this.#writing !== undefined) await this.#writing
    await this.#deps.surface.landed?.()
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
        if (!this.#finished && this.#unseenSince !== undefined) this.#begin()
      })
  }

  async #write(): Promise<void> {
    const { clock } = this.#deps
    const signal = this.#signal
    let failures = 0
    let [stuckSince, awaySince] = [clock.now(), clock.now()]
    for (;;) {
      signal.throwIfAborted()
      const pace = nextWrite(this.#pacing(failures > 0), clock.now())
      if (pace.do === 'rest') return
      if (pace.do === 'wait') {
        await this.#whileGrowing((growing) => clock.sleep(pace.ms, growing))
        continue
      }
      const turn = pace.do === 'queue' ? await this.#turn() : undefined
      // The end came while this reply stood in line: the last write is due instead.
      if (turn === 'ended') continue
      try {
        if (await this.#show()) return
        failures = 0
      } catch (error) {
        const now = clock.now()
        if (failures === 0) [stuckSince, awaySince] = [now, now]
        // A platform that says it has no room is there: how long it was away begins anew.
        if (isAnswer(error)) [failures, awaySince] = [0, now]
        failures += 1
        this.#blockedUntil = now + pauseAfter(error, failures)
        // Until somebody has mended what keeps us out: the text is kept, and so is the turn.
        if (isAway(error)) [stuckSince, awaySince] = [now, now]
        const isLost = !isAnswer(error) && this.#blockedUntil - awaySince > GIVE_UP_AFTER_MS
        if (isLost || this.#blockedUntil - stuckSince > STARVED_AFTER_MS) throw error
      } finally {
        turn?.over()
      }
    }
  }

  /** @returns true when that was the last write. */
  async #show(): Promise<boolean> {
    const { surface, clock } = this.#deps
    await this.#gather()
    const finished = this.#finished
    const all = this.#parts()
    const followed = !finished && this.#step === 'fill'
    const parts = followed ? all.slice(0, this.#visible.length) : all
    const since = this.#unseenSince
    // What a further message will show came just now.
    this.#unseenSince = followed ? clock.now() : undefined
    let messages: readonly string[]
    try {
      const view = { parts, finished, followed, controls: this.#controls }
      messages = await surface.show(view, this.#signal, (sofar) => this.#tell(sofar))
    } catch (error) {
      this.#unseenSince = since ?? this.#unseenSince
      throw error
    }
    this.#begun = true
    this.#visible = parts
    this.#step = this.#stepTo(all)
    this.#done = finished
    await this.#tell(messages)
    return finished
  }

  async #tell(messages: readonly string[]): Promise<void> {
    if (messages.join() === this.#messages.join()) return
    this.#messages = messages
    await this.#deps.onShown(messages)
  }

  /** One packet of the network often holds several deltas: let all that are here already come along. */
  async #gather(): Promise<void> {
    await this.#deps.clock.sleep(0, this.#signal)
  }

  async #turn(): Promise<GrantedTurn | 'ended' | undefined> {
    const { surface, clock } = this.#deps
    const { account } = surface
    if (account === undefined) return undefined
    const unseen = this.#unseen(clock.now())
    this.#line = account
    try {
      return (await this.#whileGrowing((growing) => account.turn(surface, unseen, growing))) ?? 'ended'
    } finally {
      this.#line = undefined
    }
  }

  /** Asked at every token: cuts are looked for only where there may be a new one. */
  #unseen(now: number): Waiting {
    const { until, room } = this.#looked
    const fresh = this.#text.slice(Math.max(0, until - BREAK_LENGTH))
    if (this.#deps.surface.beginsFree && (this.#text.length > until + room || BREAK.test(fresh)))
      this.#parts()
    return { since: this.#unseenSince ?? now, ...this.#rhythm, step: this.#step }
  }

  #parts(): readonly string[] {
    const parts = this.#splitter.parts(this.#text)
    const room = this.#deps.surface.limit.size - (parts.at(-1)?.length ?? 0)
    this.#looked = { until: this.#text.length, room }
    this.#step = this.#stepTo(parts)
    return parts
  }

  #stepTo(parts: readonly string[]): Step {
    return this.#deps.surface.beginsFree ? nextStep(parts, this.#visible) : 'grow'
  }

  /** @returns undefined when the reply was finished meanwhile. @throws the signal's reason */
  async #whileGrowing<T>(wait: (growing: AbortSignal) => Promise<T>): Promise<T | undefined> {
    const signal = this.#signal
    // A platform that asked for silence gets it from the last write too.
    if (this.#finished) return wait(signal)
    try {
      return await wait(this.#growing)
    } catch (error) {
      signal.throwIfAborted()
      if (this.#finished) return undefined
      throw error
    }
  }

  #pacing(failed: boolean): PacingState {
    return {
      inFlight: false,
      begun: this.#begun,
      stale: this.#unseenSince !== undefined,
      finished: this.#finished,
      failed,
      blockedUntil: this.#blockedUntil,
    }
  }
}

const isAway = (error: unknown): boolean => error instanceof SurfaceError && error.fault.kind === 'away'

const isAnswer = (error: unknown): boolean =>
  error instanceof SurfaceError && error.fault.kind === 'rate_limited'

/** @throws the error itself when trying again cannot help. */
function pauseAfter(error: unknown, failures: number): number {
  if (!(error instanceof SurfaceError)) throw error
  switch (error.fault.kind) {
    case 'rate_limited':
      // Room is kept from then on, for a while: coming later would lose it.
      return Math.max(SHORTEST_PAUSE_MS, error.fault.retryAfterMs)
    case 'away':
      return LONGEST_PAUSE_MS
    case 'unavailable':
      return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failures - 1))
    case 'gone':
    case 'refused':
      throw error
  }
}
