/** The people: each thread is a conversation with a plan, many at a time, and all of it is watched. */
import { setTimeout as pause } from 'node:timers/promises'
import { type AskedQuestion, checkThread, isSettled, type SeenThread } from './checker.ts'
import type { PlannedQuestion } from './plan.ts'
import type { Asked, Talk } from './room.ts'
import { questionText } from './words.ts'

const LOOK_MS = 60
/** The platform delivers again after up to so long. */
const AGAIN_AFTER_MS = 3_000

interface Kept extends Asked {
  readonly nth: number
}

/** One thread from its first question on. */
export class Conversation {
  readonly #thread: number
  readonly #talk: Talk
  readonly #asked: Kept[] = []
  #looks = ''
  /** When what people see of it changed last, or the model was asked for it. */
  movedAt = Date.now()
  #settled = true

  constructor(thread: number, talk: Talk) {
    this.#thread = thread
    this.#talk = talk
  }

  get settled(): boolean {
    return this.#settled
  }

  /** Parley has promised an answer that nobody has seen yet. */
  get owed(): boolean {
    return !this.#settled && this.#talk.open()
  }

  get repeated(): number {
    return this.#asked.filter((each) => each.deliveries() > 1).length
  }

  moved(): void {
    this.movedAt = Date.now()
  }

  /** @param signal the run is over, whatever is missing. */
  async hold(plan: readonly PlannedQuestion[], signal: AbortSignal): Promise<void> {
    const repeats: Promise<void>[] = []
    for (const [nth, { afterMs, waits, again }] of plan.entries()) {
      await this.#until(() => nth === 0 || (this.#talk.open() && (!waits || this.#settled)), signal)
      await pause(afterMs)
      if (signal.aborted) break
      this.#settled = false
      const asked = await this.#talk.ask(questionText({ thread: this.#thread, nth }))
      this.#asked.push({ ...asked, nth })
      if (again) repeats.push(pause((afterMs * 37) % AGAIN_AFTER_MS).then(() => asked.redeliver()))
    }
    await this.#until(() => this.#settled, signal)
    await Promise.allSettled(repeats)
  }

  /** Look at it as people do. */
  look(): void {
    if (this.#asked.length === 0) return
    const now = `${this.#talk.messages().join('\n')} ${this.#talk.unfinished()} ${this.#asked.length}`
    if (now === this.#looks) return
    this.#looks = now
    this.moved()
    this.#settled = isSettled(this.seen())
  }

  seen(): SeenThread {
    const asked = this.#asked.map(
      ({ nth, times }): AskedQuestion => ({ token: { thread: this.#thread, nth }, ...times() }),
    )
    return { asked, messages: this.#talk.messages(), unfinished: this.#talk.unfinished() }
  }

  /** For a report: what is wrong with it, and how that came about. */
  complaint():
    | { readonly thread: number; readonly what: string; readonly trace: readonly string[] }
    | undefined {
    const { lost, doubled, reordered, torn } = checkThread(this.seen())
    if (lost.length + doubled.length + reordered.length + torn.length === 0) return undefined
    const times = this.#asked.map(({ nth, times, deliveries }) => ({ nth, ...times(), told: deliveries() }))
    const thread = this.#thread
    const what = JSON.stringify({ thread, lost, doubled, reordered, torn, times })
    return { thread, what, trace: [...this.#talk.trace(), ...this.#talk.messages()] }
  }

  async #until(done: () => boolean, signal: AbortSignal): Promise<void> {
    while (!done() && !signal.aborted) {
      await pause(LOOK_MS)
      this.look()
    }
  }
}
