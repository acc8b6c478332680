import type { Consents } from '#core/safety/consent.ts'
import type { SourceGate } from '#core/safety/source-gate.ts'
import type { Turn } from './dataset.ts'

/** What decides what may leave the store, and in which words. Given by `src/safety`. */
export interface Permits {
  /** Rule S1. */
  readonly gate: Pick<SourceGate, 'judge' | 'permissions' | 'notices'>
  /** Milliseconds since the epoch: the gate lets text of platforms through only while it is young. */
  readonly now: number
  /** Rule S2. */
  readonly consents: Pick<Consents, 'allows' | 'epoch'>
  /**
   * The same conversation without what names somebody (rule S4); as many turns, in the same order.
   *
   * @param thread `threadKey` where it was said in one, whose speakers have names that nobody else would know.
   */
  deidentify(turns: readonly Turn[], thread: string | undefined): Promise<readonly Turn[]>
  /** Version of `deidentify`. */
  readonly redactor: string
  /** A name for a conversation that says nothing about where it was. */
  hide(thread: string): string
}
