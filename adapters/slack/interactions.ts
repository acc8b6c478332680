/**
 * What people press, send, choose and command, handed on. Slack tells of each once and shows the person an error after
 * three seconds, so all are acknowledged first and carried out after that; a form that is sent is answered with what
 * came of it.
 */
import type { App, RespondFn } from '@slack/bolt'
import type { Logger } from 'pino'
import { HELP } from '#adapters/forms.ts'
import type { Host } from '#adapters/platform.ts'
import type { Clock } from '#core/clock.ts'
import { ACTION_IDS } from './controls.ts'
import type { FormsApi } from './forms/api.ts'
import { type Asker, Forms, saidAbove } from './forms/forms.ts'
import { COMMAND, CORRECT_SHORTCUT, readClosed, readCommand, readShortcut } from './forms/heard.ts'
import { readStep } from './forms/privacy.ts'
import { takeStep } from './forms/privacy-steps.ts'
import { SentForms } from './forms/sent.ts'
import { readSubmission } from './forms/submission.ts'
import type { Self } from './inbound.ts'
import type { Offers } from './offers.ts'
import { readPress } from './press.ts'
import { answerPress, type PressDeps } from './pressed.ts'
import type { Recent } from './recent.ts'

export interface InteractionDeps extends Omit<PressDeps, 'forms'> {
  readonly host: Host
  readonly self: Self
  readonly formsApi: FormsApi
  readonly offers: Offers
  readonly clock: Clock
  /** Aborts when Parley stops. */
  readonly signal: AbortSignal
  readonly log: Logger
  /** Presses and stops: done twice, they would say that they failed, or stop what came after. */
  readonly done: Recent
  /** @throws Error when Parley is stopping: then nothing is acknowledged. */
  stillOpen(): void
  /** Work that goes on after the answer. */
  track(work: Promise<unknown>): unknown
}

/** `callback_id` of every form of ours. */
const FORM_IDS = /^parley:/

export function listenToPeople(app: App, given: InteractionDeps): void {
  const { self, done, stillOpen, track, log, formsApi: api } = given
  const forms = new Forms({ ...given, api })
  const sent = new SentForms({ ...given, api })
  const deps = { ...given, forms }

  app.action(ACTION_IDS, async ({ ack, body }) => {
    stillOpen()
    await ack()
    const press = readPress(body, self)
    if (press !== undefined && done.add(press.id)) track(answerPress(press, deps))
    const step = readStep(body, self)
    if (step !== undefined && done.add(step.id)) track(takeStep(step, { ...deps, api: deps.formsApi }))
  })

  app.view({ callback_id: FORM_IDS, type: 'view_submission' }, async ({ ack, body }) => {
    stillOpen()
    const submission = readSubmission(body, self)
    if (submission === undefined) return ack()
    const answer = await sent.answer(submission, track)
    switch (answer.is) {
      case 'recorded':
        return ack()
      case 'refused':
        return ack({ response_action: 'errors', errors: { [answer.field]: answer.say } })
    }
  })

  app.view({ callback_id: FORM_IDS, type: 'view_closed' }, async ({ ack, body }) => {
    await ack()
    const view = readClosed(body)
    if (view !== undefined) forms.closed(view)
  })

  app.shortcut({ callback_id: CORRECT_SHORTCUT, type: 'message_action' }, async ({ ack, body, respond }) => {
    stillOpen()
    await ack()
    const heard = readShortcut(body, self)
    if (heard === undefined) return
    const { user, trigger, channel, root, message } = heard
    const asker: Asker = { user, trigger, where: { channel, root }, tell: byResponse(respond) }
    track(forms.correctShown({ workspace: self.team, message }, asker))
  })

  app.command(COMMAND, async ({ ack, body, respond }) => {
    stillOpen()
    const heard = readCommand(body)
    if (heard === undefined) {
      log.warn('A command of Slack could not be read. It is ignored.')
      return ack()
    }
    switch (heard.asks) {
      case 'help':
        return ack({ response_type: 'ephemeral', text: HELP.map((line) => `• ${line}`).join('\n') })
      case 'privacy': {
        await ack()
        const { user, trigger, channel } = heard
        track(forms.privacy({ user, trigger, where: { channel }, tell: byResponse(respond) }))
      }
    }
  })
}

/** Works in every channel, also where we are no member. */
const byResponse =
  (respond: RespondFn): NonNullable<Asker['tell']> =>
  async (text, blocks = []) => {
    const above = [...saidAbove(text), ...blocks]
    await respond({ response_type: 'ephemeral', replace_original: false, text, blocks: above })
  }
