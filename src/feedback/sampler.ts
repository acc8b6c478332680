import { ModelError } from '#core/model/error.ts'
import type { Candidate } from '#core/store/transcripts.ts'
import { evenFormat } from './even-format.ts'
import type { ComparisonTask, ComparisonTasks, TaskCandidate } from './tasks.ts'

/** Requests to the model at once, over all tasks: answers to compare never crowd out answers to questions. */
const AT_ONCE = 2
/** Draws beyond those wanted, for each answer wanted: failures, and answers that were there already. */
const SPARE = 1
const FEWEST = 2

/** @throws ModelError */
export type Sample = (signal: AbortSignal) => Promise<Candidate>

/**
 * Draws the answers that a task lacks, a few at once, and keeps each as it comes: after a crash the rest are drawn
 * (rule F4). One that fails or says what another says already costs a spare draw and nothing else.
 */
export class Sampler {
  readonly #tasks: ComparisonTasks
  readonly #signal: AbortSignal
  /** Tasks that are being filled: who asks again waits for the same draws. */
  readonly #filling = new Map<string, Promise<Filled>>()
  #free = AT_ONCE
  /** Who waits for a request of another to end, in order. */
  readonly #waiting: (() => void)[] = []

  /** @param signal aborts when Parley stops; the rest is drawn when the ballot is asked for again. */
  constructor(tasks: ComparisonTasks, signal: AbortSignal) {
    this.#tasks = tasks
    this.#signal = signal
  }

  /** Never throws for a model's sake: with fewer than two answers the last fault is told, and the task stays open. */
  async fill(task: ComparisonTask, sample: Sample): Promise<Filled> {
    const known = this.#filling.get(task.id)
    if (known !== undefined) return known
    const filled = this.#fill(task.id, sample).finally(() => this.#filling.delete(task.id))
    this.#filling.set(task.id, filled)
    return filled
  }

  async #fill(id: string, sample: Sample): Promise<Filled> {
    // As it is now: other draws may have ended since the caller looked.
    const before = await this.#tasks.get(id)
    if (before === undefined || before.state === 'withdrawn') return { is: 'gone' }
    if (before.state === 'ready') return { is: 'ready', task: before }
    let missing = before.wanted - before.candidates.length
    let draws = missing * (1 + SPARE)
    let fault: ModelError | undefined
    const drawOn = async (): Promise<void> => {
      while (missing > 0 && draws > 0) {
        draws -= 1
        // Taken before it is there, so that no two draw for the same place.
        missing -= 1
        const drawn = await this.#drawOne(sample)
        const kept = drawn instanceof ModelError ? 'failed' : await this.#keep(id, drawn)
        if (drawn instanceof ModelError) fault = drawn
        if (kept === 'gone' || (fault !== undefined && isFinal(fault))) draws = 0
        if (kept !== 'kept') missing += 1
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, drawOn))
    const task = await this.#tasks.change(id, (now) =>
      now.candidates.length >= FEWEST ? { ...now, state: 'ready' } : undefined,
    )
    if (task === undefined) return { is: 'gone' }
    return task.state === 'ready' ? { is: 'ready', task } : { is: 'short', fault }
  }

  async #drawOne(sample: Sample): Promise<TaskCandidate | ModelError> {
    await this.#takeTurn()
    try {
      this.#signal.throwIfAborted()
      const { id, text, at, made } = await sample(this.#signal)
      return { id, text, at, ...(made === undefined ? {} : { made }) }
    } catch (error) {
      this.#signal.throwIfAborted()
      if (error instanceof ModelError) return error
      throw error
    } finally {
      this.#giveTurn()
    }
  }

  async #keep(id: string, drawn: TaskCandidate): Promise<'kept' | 'known' | 'gone'> {
    let kept = false
    const task = await this.#tasks.change(id, (now) => {
      // What is ready may be on a rater's screen: nothing is added any more.
      kept = now.state === 'sampling' && isNew(drawn.text, now.candidates)
      return kept ? { ...now, candidates: [...now.candidates, drawn] } : undefined
    })
    if (task === undefined) return 'gone'
    return kept ? 'kept' : 'known'
  }

  async #takeTurn(): Promise<void> {
    if (this.#free > 0) {
      this.#free -= 1
      return
    }
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#waiting.push(resolve)
    await promise
  }

  #giveTurn(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#free += 1
    else next()
  }
}

export type Filled =
  | { readonly is: 'ready'; readonly task: ComparisonTask }
  /** Too few answers: drawing goes on when the ballot is asked for again. */
  | { readonly is: 'short'; readonly fault: ModelError | undefined }
  /** Withdrawn or erased meanwhile. */
  | { readonly is: 'gone' }

/** Whether it says something, and something that none of the others says. */
export function isNew(text: string, others: readonly { readonly text: string }[]): boolean {
  const even = evenFormat(text)
  return even !== '' && others.every((other) => evenFormat(other.text) !== even)
}

/** Another draw would fail the same way. */
function isFinal({ kind }: ModelError): boolean {
  return ['auth', 'quota', 'bad_request', 'context_overflow'].includes(kind)
}
