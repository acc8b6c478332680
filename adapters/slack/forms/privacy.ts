/** What a person is shown of what is kept of them, and what can be pressed there (rules S2, S3). Pure. */
import type { ActionsBlock, ModalView } from '@slack/web-api'
import { z } from 'zod'
import {
  actionsFor,
  PRIVACY_ACTIONS,
  PRIVACY_LABELS,
  PRIVACY_SAYINGS,
  privacySentences,
} from '#adapters/privacy.ts'
import type { PrivacyView } from '#core/safety/privacy-desk.ts'
import { milliseconds, type Self, slackId, timestamp } from '../inbound.ts'
import { button, callbackOf, modal, sections } from './view.ts'

const STEPS = [...PRIVACY_ACTIONS, 'erase_confirm', 'erase_cancel'] as const
export type PrivacyStep = (typeof STEPS)[number]

/** @param news what has just been done. */
export function privacyView(view: PrivacyView, news?: string): ModalView {
  const said = [...(news === undefined ? [] : [news]), ...privacySentences(view)]
  return privacyModal(
    said,
    actionsFor(view).map((action) =>
      button(PRIVACY_LABELS[action], `privacy:${action}`, action === 'erase' ? 'danger' : undefined),
    ),
  )
}

export const eraseView = (): ModalView =>
  privacyModal(
    [PRIVACY_SAYINGS.eraseAsk],
    [
      button(PRIVACY_SAYINGS.eraseConfirm, 'privacy:erase_confirm', 'danger'),
      button(PRIVACY_SAYINGS.eraseCancel, 'privacy:erase_cancel'),
    ],
  )

const privacyModal = (sentences: readonly string[], elements: ActionsBlock['elements']): ModalView =>
  modal({
    ...{ form: 'privacy', title: PRIVACY_SAYINGS.title, close: 'Close' },
    blocks: [...sentences.flatMap(sections), { type: 'actions', elements: [...elements] }],
  })

export interface HeardStep {
  /** The same for every delivery of one press. */
  readonly id: string
  readonly step: PrivacyStep
  readonly view: string
  readonly user: string
  /** Milliseconds since the epoch. */
  readonly at: number
}

const stepSchema = z.object({
  type: z.literal('block_actions'),
  user: z.object({ id: slackId }),
  view: z.object({ id: slackId, callback_id: z.literal(callbackOf('privacy')) }),
  actions: z.tuple([z.object({ value: z.string(), action_ts: timestamp })], z.unknown()),
})

/** A press in that modal; `undefined` for every other interaction (rule S6). */
export function readStep(body: unknown, self: Self): HeardStep | undefined {
  const read = stepSchema.safeParse(body)
  if (!read.success) return undefined
  const { user, view, actions } = read.data
  const [{ value, action_ts }] = actions
  const step = STEPS.find((each) => value === `privacy:${each}`)
  if (step === undefined) return undefined
  return {
    id: ['slack', self.team, 'privacy', view.id, user.id, value, action_ts].join(':'),
    ...{ step, view: view.id, user: user.id, at: milliseconds(action_ts) },
  }
}
