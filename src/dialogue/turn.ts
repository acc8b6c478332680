import type { Try } from '#core/turns/turn-loop.ts'
import { answer, keepSaid } from './answer.ts'
import { readErrand } from './errand.ts'
import { inVain } from './journal.ts'
import { changeText, redo, strikeOut } from './second-thoughts.ts'
import type { TurnDeps } from './stage.ts'

/** Twice as many as an answer gets before its apology: past them, not even that could be said. */
const MAX_FAILURES = 10
/** Without coming further: a long reply is many messages, and in a bad hour an attempt lives for one of them. */
const MAX_ATTEMPTS = 50

/**
 * Do what waits in one thread: answer every question with one reply, or do the one other thing that was asked for
 * (rules T1, T2, T4 to T6). Each step is safe to repeat after a crash.
 */
export async function takeTurn(claim: Try, signal: AbortSignal, deps: TurnDeps): Promise<void> {
  if (claim.failures >= MAX_FAILURES || inVain(claim.attempt, claim.journal) > MAX_ATTEMPTS) {
    const about = { thread: claim.thread, turn: claim.turn, attempts: claim.attempt - 1 }
    deps.log.error(about, 'given up: this turn cannot be brought to its end; the errors before say why')
    return keepSaid(claim, deps)
  }
  try {
    await work(claim, signal, deps)
  } finally {
    deps.running.end(claim)
  }
}

function work(claim: Try, signal: AbortSignal, deps: TurnDeps): Promise<void> {
  const [first, ...others] = claim.deliveries.map(({ body }) => readErrand(body))
  switch (first?.kind) {
    case 'question': {
      const more = others.flatMap((errand) => (errand.kind === 'question' ? [errand.question] : []))
      deps.running.begin(claim, [first.question, ...more])
      return answer(claim, [first.question, ...more], signal, deps)
    }
    case 'regenerate':
      deps.running.begin(claim, [])
      return redo(claim, first.request.reply, signal, deps)
    case 'edit':
      deps.running.begin(claim, [{ id: first.edit.question, editedAt: first.edit.at }])
      return changeText(claim, first.edit, signal, deps)
    case 'delete':
      return strikeOut(claim, first.deletion, deps)
    case undefined:
      throw new Error(`turn ${claim.turn} has nothing to do`)
  }
}
