/**
 * Forms on Slack: why an answer was bad, a better one, several compared, and what is kept of a person.
 *
 * A press, a shortcut or a command opens a modal (`opening.ts`); what is sent is recorded by the core's desks
 * (`sent.ts`), and each form is a view and a reader, both pure. All state is in ids and in what a modal keeps, so a
 * form that was open during a restart can still be sent. Rules F1, F3 to F6, S2, S3, S6.
 */
import type { ActionsBlock, KnownBlock, ModalView } from '@slack/web-api'
import type { Logger } from 'pino'
import { BALLOT_FORM, CORRECTION_FORM, FORM_SAYINGS, REASON_FORM } from '#adapters/forms.ts'
import type { Host } from '#adapters/platform.ts'
import { SAYINGS } from '#adapters/press.ts'
import { PRIVACY_SAYINGS } from '#adapters/privacy.ts'
import type { Clock } from '#core/clock.ts'
import type { PersonRef } from '#core/person.ts'
import { dressed } from '../dress.ts'
import { neutral } from '../neutral.ts'
import type { Offers } from '../offers.ts'
import type { FormsApi } from './api.ts'
import { ballotView } from './ballot.ts'
import { correctionView } from './correction.ts'
import { type Asked, Openings, type Wanted } from './opening.ts'
import { privacyView } from './privacy.ts'
import { reasonView } from './reason.ts'
import { button, saying } from './view.ts'
import type { TellPlace } from './where.ts'

export interface FormsDeps {
  readonly host: Pick<Host, 'feedback' | 'comparisons' | 'privacy'>
  readonly api: FormsApi
  readonly offers: Offers
  readonly clock: Clock
  readonly log: Logger
  /** Aborts when Parley stops. */
  readonly signal: AbortSignal
}

/** Who asks, and where they can be told something. */
export interface Asker {
  readonly user: string
  readonly trigger: string
  readonly where: TellPlace
  /** Where there is a better way than a whisper in that place. */
  readonly tell?: Asked['tell']
}

/** What a press asks for. */
export type Subject =
  | { readonly control: 'reason' | 'correct' | 'compare'; readonly reply: string }
  | { readonly control: 'rank'; readonly task: string }

export class Forms {
  readonly #deps: FormsDeps
  readonly #openings: Openings

  constructor(deps: FormsDeps) {
    this.#deps = deps
    this.#openings = new Openings(deps)
  }

  /** @param id the same for every delivery of one press. @param at milliseconds since the epoch. Never throws. */
  async open(
    subject: Subject,
    asker: Asker,
    { id, at }: { readonly id: string; readonly at: number },
  ): Promise<void> {
    switch (subject.control) {
      case 'reason':
        return this.#open(asker, {
          ...{ title: REASON_FORM.title, meanwhile: FORM_SAYINGS.opening, late: SAYINGS.noted },
          again: pressable(REASON_FORM.open, subject),
          fill: async () => reasonView(subject.reply, asker.where, this.#deps.clock.now()),
        })
      case 'correct':
        return this.#open(asker, {
          ...{ title: CORRECTION_FORM.title, meanwhile: FORM_SAYINGS.opening, late: FORM_SAYINGS.late },
          again: pressable(CORRECTION_FORM.open, subject),
          fill: () => this.#correction(subject.reply, asker),
        })
      case 'compare':
        return this.#open(asker, {
          ...{ title: BALLOT_FORM.title, meanwhile: BALLOT_FORM.drawing, late: FORM_SAYINGS.late },
          again: pressable(BALLOT_FORM.open, subject),
          fill: async (signal) => {
            const request = { id, reply: subject.reply, by: personOf(asker), at }
            const begun = await this.#deps.host.comparisons.begin(request)
            if ('say' in begun) return saying(BALLOT_FORM.title, begun.say)
            return this.#ballot(begun.task, asker, signal)
          },
        })
      case 'rank':
        return this.#open(asker, {
          ...{ title: BALLOT_FORM.title, meanwhile: BALLOT_FORM.drawing, late: FORM_SAYINGS.late },
          again: pressable(BALLOT_FORM.invited, subject),
          fill: (signal) => this.#ballot(subject.task, asker, signal),
        })
    }
  }

  /** The message shortcut: the reply that this message shows is corrected (rule F3). Never throws. */
  async correctShown(
    message: { readonly workspace: string; readonly message: string },
    asker: Asker,
  ): Promise<void> {
    const shown = { platform: 'slack', channel: asker.where.channel, ...message }
    await this.#open(asker, {
      ...{
        title: CORRECTION_FORM.title,
        meanwhile: FORM_SAYINGS.opening,
        late: FORM_SAYINGS.tryAgain,
        again: [],
      },
      fill: async () => {
        const reply = await this.#deps.host.feedback.replyShownBy(shown)
        if (reply === undefined) return saying(CORRECTION_FORM.title, CORRECTION_FORM.notOurs)
        return this.#correction(reply, asker)
      },
    })
  }

  /** Never throws. */
  async privacy(asker: Asker): Promise<void> {
    await this.#open(asker, {
      ...{
        title: PRIVACY_SAYINGS.title,
        meanwhile: FORM_SAYINGS.opening,
        late: FORM_SAYINGS.tryAgain,
        again: [],
      },
      fill: async () => privacyView(await this.#deps.host.privacy.view(personOf(asker))),
    })
  }

  /** Somebody closed a modal that was still empty. */
  closed(view: string): void {
    this.#openings.closed(view)
  }

  async #open(asker: Asker, wanted: Wanted): Promise<void> {
    const { api } = this.#deps
    const whisper: Asked['tell'] = (text, blocks = []) =>
      api.tell(asker.where, asker.user, { text, blocks: [...saidAbove(text), ...blocks] })
    await this.#openings.open({ trigger: asker.trigger, tell: asker.tell ?? whisper }, wanted)
  }

  async #correction(reply: string, asker: Asker): Promise<ModalView> {
    const { host, clock } = this.#deps
    const draft = await host.feedback.draft(reply)
    if ('say' in draft) return saying(CORRECTION_FORM.title, draft.say)
    return correctionView(draft, asker.where, clock.now())
  }

  async #ballot(task: string, asker: Asker, signal: AbortSignal): Promise<ModalView> {
    const { host, clock, api, offers } = this.#deps
    const ballot = await host.comparisons.ballot(task, personOf(asker), signal)
    if ('say' in ballot) return saying(BALLOT_FORM.title, ballot.say)
    const { view, aside } = ballotView(ballot, asker.where, clock.now())
    for (const markdown of aside) {
      const content = { text: neutral(markdown), controls: [], reply: '', tables: false }
      await api.tell(asker.where, asker.user, dressed(content, offers.look))
    }
    return view
  }
}

const personOf = ({ user }: Asker): PersonRef => ({ platform: 'slack', id: user })

export const saidAbove = (text: string): readonly KnownBlock[] => [
  { type: 'section', text: { type: 'plain_text', text } },
]

/** A button that asks for the same: what it names is in its value, as below a reply. */
export function pressable(label: string, subject: Subject): readonly ActionsBlock[] {
  const name = 'task' in subject ? subject.task : subject.reply
  return [{ type: 'actions', elements: [button(label, `${subject.control}:${name}`)] }]
}
