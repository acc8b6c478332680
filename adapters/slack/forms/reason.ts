/** Why was it bad? Asked after a vote that counts already (rule F1). Pure. */
import type { ModalView } from '@slack/web-api'
import { z } from 'zod'
import { REASON_FORM } from '#adapters/forms.ts'
import {
  LONGEST_REASON,
  REASON_LABELS,
  REASON_TAGS,
  type Reason,
  type ReasonTag,
} from '#core/feedback/desk.ts'
import type { Values } from './submission.ts'
import { field, modal, plain, sections } from './view.ts'
import { keptPlace, type TellPlace } from './where.ts'

const kept = z.object({ at: z.number(), reply: z.string(), ...keptPlace })
export const readReasonKept = (metadata: unknown) => kept.safeParse(metadata).data

export function reasonView(reply: string, where: TellPlace, at: number): ModalView {
  const { title, intro, send, close, tags, text } = REASON_FORM
  return modal({
    ...{ form: 'reason', title, send, close, keeps: { at, reply, ...where } },
    blocks: [
      ...sections(intro),
      field({
        ...{ id: TAGS, label: tags },
        element: {
          type: 'checkboxes',
          options: REASON_TAGS.map((tag) => ({ text: plain(REASON_LABELS[tag]), value: tag })),
        },
      }),
      field({
        ...{ id: TEXT, label: text },
        element: { type: 'plain_text_input', multiline: true, max_length: LONGEST_REASON },
      }),
    ],
  })
}

/** What a refusal stands below. */
export const TEXT = 'text'
const TAGS = 'tags'

export const readReason = (values: Values): Pick<Reason, 'tags' | 'text'> => ({
  tags: values.choices(TAGS).filter(isTag),
  text: values.text(TEXT),
})

const isTag = (value: string): value is ReasonTag => REASON_TAGS.some((tag) => tag === value)
