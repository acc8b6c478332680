/**
 * Comparing answers: they are drawn while the person waits, shown in messages that only they see, and ranked in a form
 * below them (rules F4 to F6).
 */
import { BALLOT_FORM, FORM_SAYINGS } from '#adapters/forms.ts'
import { SAYINGS } from '#adapters/press.ts'
import { reasonOf } from '#core/errors.ts'
import type { Ballot } from '#core/feedback/comparison-desk.ts'
import type { FormDeps } from './deps.ts'
import { type HeardInteraction, requestId } from './heard.ts'
import { formId } from './ids.ts'
import { ballotPages } from './pages.ts'
import { firstChoices, panel } from './panel.ts'
import type { ButtonLook } from './parts.ts'
import { saying } from './saying.ts'

/** Discord takes changes for fifteen minutes. */
const DRAWN_WITHIN_MS = 14 * 60_000

/** Pressed below a reply. */
export async function compare(heard: HeardInteraction, reply: string, deps: FormDeps): Promise<void> {
  const { answering, host } = deps
  if (!(await sayDrawing(heard, deps))) return
  const request = { id: requestId(heard), reply, by: heard.person, at: heard.at }
  const begun = await answering.asked('a comparison', () => host.comparisons.begin(request))
  if (begun === undefined) await answering.change(heard, saying(SAYINGS.failed))
  else if ('say' in begun) await answering.change(heard, saying(begun.say))
  else await showBallot(heard, begun.task, deps)
}

/** Pressed below an invitation, or where the answers took too long. */
export async function openBallot(heard: HeardInteraction, task: string, deps: FormDeps): Promise<void> {
  if (await sayDrawing(heard, deps)) await showBallot(heard, task, deps)
}

const sayDrawing = (heard: HeardInteraction, { answering }: FormDeps): Promise<boolean> =>
  answering.first(heard, { kind: 'message', shown: saying(BALLOT_FORM.drawing) })

async function showBallot(heard: HeardInteraction, task: string, deps: FormDeps): Promise<void> {
  const { answering, clock } = deps
  const ballot = await drawn(heard, task, deps)
  const open: ButtonLook = { label: BALLOT_FORM.open, customId: formId({ is: 'ballot', task }) }
  if (ballot === 'late') await answering.change(heard, saying(FORM_SAYINGS.late, open))
  else if (ballot === 'failed') await answering.change(heard, saying(SAYINGS.failed, open))
  else if ('say' in ballot) await answering.change(heard, saying(ballot.say))
  else {
    const [first, ...further] = ballotPages(ballot)
    if (first === undefined || !(await answering.change(heard, first))) return
    for (const page of further) if (!(await answering.add(heard, page))) return
    await answering.add(heard, panel(firstChoices(ballot, clock.now())))
  }
}

type Drawn = Ballot | { readonly say: string } | 'late' | 'failed'

async function drawn(heard: HeardInteraction, task: string, deps: FormDeps): Promise<Drawn> {
  const { answering, host, clock, log, stopped } = deps
  const over = new AbortController()
  const ended = new AbortController()
  // On the adapter's clock, as every other wait.
  clock
    .sleep(DRAWN_WITHIN_MS, AbortSignal.any([ended.signal, stopped]))
    .then(() => over.abort(new Error('the answers took too long')))
    .catch((error: unknown) =>
      log.trace({ reason: reasonOf(error) }, 'Discord: nobody waits for answers any more'),
    )
  try {
    return await answering.patiently(
      () => host.comparisons.ballot(task, heard.person, AbortSignal.any([over.signal, stopped])),
      AbortSignal.any([over.signal, stopped]),
    )
  } catch (error) {
    if (over.signal.aborted || stopped.aborted) return 'late'
    log.error({ reason: reasonOf(error) }, 'Discord: the answers to compare could not be had')
    return 'failed'
  } finally {
    ended.abort()
  }
}
