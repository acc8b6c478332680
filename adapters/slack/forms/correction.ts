/** A better reply, written by a person: the form is filled with the reply, in as many fields as it needs. Pure (F4). */
import type { ModalView } from '@slack/web-api'
import { z } from 'zod'
import { CORRECTION_FORM, tooLongForForm, tooLongToCorrect } from '#adapters/forms.ts'
import type { CorrectionDraft } from '#core/feedback/desk.ts'
import { cutIntoFields, joinFields } from './fields.ts'
import type { Values } from './submission.ts'
import { field, LONGEST_FIELD, modal, saying, sections } from './view.ts'
import { keptPlace, type TellPlace } from './where.ts'

const kept = z.object({
  ...{ at: z.number(), reply: z.string(), version: z.string(), seams: z.array(z.string()) },
  ...keptPlace,
})
type Kept = z.infer<typeof kept>
export const readCorrectionKept = (metadata: unknown): Kept | undefined => kept.safeParse(metadata).data

export function correctionView(
  { reply, version, text }: CorrectionDraft,
  where: TellPlace,
  at: number,
): ModalView {
  const { title, intro, send, close } = CORRECTION_FORM
  const fields = cutIntoFields(text)
  if (fields === undefined) return saying(title, tooLongToCorrect(text.length, 'a form in Slack'))
  const { texts, seams } = fields
  const keeps: Kept = { at, reply, version, seams: [...seams], ...where }
  return modal({
    ...{ form: 'correction', title, send, close, keeps },
    // One field more than is filled: what somebody writes may become longer than what was there.
    blocks: [...sections(intro), ...[...texts, ''].map((each, nth) => textField(each, nth, texts.length))],
  })
}

const textField = (text: string, nth: number, filled: number) =>
  field({
    id: fieldAt(nth),
    label:
      nth === 0
        ? CORRECTION_FORM.text
        : nth < filled
          ? CORRECTION_FORM.further(nth + 1)
          : CORRECTION_FORM.longer,
    required: filled === 1 && nth === 0,
    element: {
      ...{ type: 'plain_text_input', multiline: true, max_length: LONGEST_FIELD },
      ...(text === '' ? {} : { initial_value: text }),
    },
  })

const fieldAt = (nth: number): string => `text-${nth}`

/** What a refusal stands below when it is about the whole. */
export const FIRST_FIELD = fieldAt(0)

/** @returns the text, or which field is too long: Slack's own clients let nobody send that. */
export function readCorrection(
  values: Values,
  { seams }: Pick<Kept, 'seams'>,
): { readonly text: string } | { readonly at: string; readonly say: string } {
  const ids = Array.from({ length: seams.length + 2 }, (_, nth) => fieldAt(nth))
  const texts = ids.map((id) => values.text(id))
  const long = texts.findIndex((text) => text.length > LONGEST_FIELD)
  const found = texts[long]
  if (found === undefined) return { text: joinFields(texts, seams) }
  return { at: fieldAt(long), say: tooLongForForm('This field', found.length, LONGEST_FIELD) }
}
