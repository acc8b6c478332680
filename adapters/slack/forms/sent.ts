/**
 * A form that was sent. It stays open, with everything in it, until what it says is recorded; so nothing that somebody
 * wrote is ever lost, and what is sent twice is recorded once (rules F1, F4, F6).
 */
import type { Logger } from 'pino'
import { BALLOT_FORM, CORRECTION_FORM, FORM_SAYINGS, REASON_FORM } from '#adapters/forms.ts'
import type { Host } from '#adapters/platform.ts'
import type { Clock } from '#core/clock.ts'
import { reasonOf } from '#core/errors.ts'
import type { Outcome } from '#core/feedback/desk.ts'
import type { PersonRef } from '#core/person.ts'
import type { FormsApi } from './api.ts'
import { LAST_FIELD, readBallot, readBallotKept } from './ballot.ts'
import { FIRST_FIELD, readCorrection, readCorrectionKept } from './correction.ts'
import { Once } from './once.ts'
import { readReason, readReasonKept, TEXT } from './reason.ts'
import type { Submission } from './submission.ts'
import type { TellPlace } from './where.ts'

export interface SentDeps {
  readonly host: Pick<Host, 'feedback' | 'comparisons'>
  readonly api: Pick<FormsApi, 'tell'>
  readonly clock: Clock
  readonly log: Logger
}

/** What Slack is answered: the form closes, or a sentence stands below one of its fields. */
export type Answer =
  | { readonly is: 'recorded' }
  | { readonly is: 'refused'; readonly field: string; readonly say: string }

/** Slack waits for three seconds, the way there and back included. */
const PATIENCE_MS = 2_000

export class SentForms {
  readonly #deps: SentDeps
  readonly #once = new Once<Answer>(({ is }) => is === 'recorded')

  constructor(deps: SentDeps) {
    this.#deps = deps
  }

  /**
   * Never throws.
   * @param track is given the work that may go on after the answer.
   */
  async answer(submission: Submission, track: (work: Promise<unknown>) => unknown): Promise<Answer> {
    const { clock } = this.#deps
    const work = this.#once.run(submission.id, () => this.#record(submission))
    track(work)
    const soon = new AbortController()
    const late = clock.sleep(PATIENCE_MS, soon.signal).then(
      () => refused(lastFieldOf(submission), FORM_SAYINGS.slow),
      () => work,
    )
    const answer = await Promise.race([work, late])
    soon.abort()
    return answer
  }

  async #record(submission: Submission): Promise<Answer> {
    try {
      return await this.#recorded(submission)
    } catch (thrown) {
      this.#deps.log.error(
        { reason: reasonOf(thrown), form: submission.form },
        'A form could not be recorded.',
      )
      return refused(lastFieldOf(submission), FORM_SAYINGS.failed)
    }
  }

  /** @throws Error when the store is down */
  async #recorded(submission: Submission): Promise<Answer> {
    const { host, clock } = this.#deps
    const { id, kept, user, values, form } = submission
    const by: PersonRef = { platform: 'slack', id: user }
    const field = lastFieldOf(submission)
    switch (form) {
      case 'reason': {
        const about = readReasonKept(kept)
        if (about === undefined) return refused(field, FORM_SAYINGS.outdated)
        const { reply, at } = about
        const outcome = await host.feedback.explain({ id, reply, by, at, ...readReason(values) })
        return this.#thanked(outcome, { field, user, where: about, done: REASON_FORM.done })
      }
      case 'correction': {
        const about = readCorrectionKept(kept)
        if (about === undefined) return refused(field, FORM_SAYINGS.outdated)
        const read = readCorrection(values, about)
        if ('say' in read) return refused(read.at, read.say)
        const { reply, version, at } = about
        const outcome = await host.feedback.correct({ id, reply, version, by, at, text: read.text })
        return this.#thanked(outcome, { field, user, where: about, done: CORRECTION_FORM.done })
      }
      case 'ballot': {
        const about = readBallotKept(kept)
        if (about === undefined) return refused(field, FORM_SAYINGS.outdated)
        const { at, task } = about
        const chosen = readBallot(values, about)
        if ('say' in chosen) return refused(chosen.at, chosen.say)
        const spentMs = Math.max(0, clock.now() - at)
        const outcome = await host.comparisons.rank({ id, task, by, at, spentMs, ...chosen })
        return this.#thanked(outcome, { field, user, where: about, done: BALLOT_FORM.done })
      }
      case 'privacy':
      case 'saying':
        // Nothing can be sent there.
        return { is: 'recorded' }
    }
  }

  async #thanked(
    outcome: Outcome,
    { field, user, where, done }: { field: string; user: string; where: TellPlace; done: string },
  ): Promise<Answer> {
    if (!outcome.ok) return refused(field, outcome.say)
    const { api, log } = this.#deps
    // The form that closes says the same; who cannot be told there has seen it.
    api.tell(where, user, { text: done }).catch((thrown: unknown) => {
      log.debug({ reason: reasonOf(thrown) }, 'Could not thank for a form.')
    })
    return { is: 'recorded' }
  }
}

const refused = (field: string, say: string): Answer => ({ is: 'refused', field, say })

/** Where a sentence about the whole form stands. */
function lastFieldOf({ form }: Submission): string {
  switch (form) {
    case 'reason':
      return TEXT
    case 'correction':
      return FIRST_FIELD
    case 'ballot':
      return LAST_FIELD
    case 'privacy':
    case 'saying':
      return ''
  }
}
