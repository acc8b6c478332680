/**
 * The dialogue: what a conversation *is*. A question comes in, is kept, waits its turn and is answered with what the
 * thread remembers. Rules T1, T2, T4, C1 to C5 and M5.
 *
 * Knows no platform: questions arrive through `accept`, replies leave through the surfaces of a `Stage`.
 */
import { type ThreadRef, threadKey } from '#core/thread.ts'
import { TurnLoop } from '#core/turns/turn-loop.ts'
import type { Question } from './question.ts'
import { answer, type TurnDeps } from './turn.ts'

export interface Dialogue {
  /** @see Host in adapters/platform.ts. Resolves once the question is on disk. */
  accept(question: Question): Promise<'accepted' | 'duplicate'>
  owns(thread: ThreadRef): Promise<boolean>
  /** Begin to answer what waits, also what an earlier process left. */
  start(): void
  /** @returns how many turns were handed over unfinished (rule T7). */
  stop(boundMs: number): Promise<number>
}

export function createDialogue(deps: TurnDeps): Dialogue {
  const { inbox, clock, log } = deps
  const loop = new TurnLoop({ inbox, clock, log, work: (claim, signal) => answer(claim, signal, deps) })
  return {
    accept: async (question) => {
      const { id, thread, sentAt } = question
      const fresh = await inbox.put({ id, thread: threadKey(thread), sentAt, body: JSON.stringify(question) })
      if (!fresh) {
        log.debug({ id }, 'delivered again; already accepted')
        return 'duplicate'
      }
      loop.wake()
      return 'accepted'
    },
    owns: (thread) => inbox.knows(threadKey(thread)),
    start: () => loop.start(),
    stop: (boundMs) => loop.stop(boundMs),
  }
}
