/** A better reply, written by a person, in a form that is filled with the reply (rules F3, F4). */
import { CORRECTION_FORM, FORM_SAYINGS, tooLongToCorrect } from '#adapters/forms.ts'
import { SAYINGS } from '#adapters/press.ts'
import { reasonOf } from '#core/errors.ts'
import type { CorrectionDraft } from '#core/feedback/desk.ts'
import { customIdOf } from '../controls.ts'
import { DIRECT_WORKSPACE } from '../question.ts'
import { LATE } from './answering.ts'
import type { FirstAnswer, Modal } from './api.ts'
import type { FormDeps } from './deps.ts'
import { type FilledField, fieldsFor, joinedFields } from './fields.ts'
import { givenBack, keptIn } from './given-back.ts'
import { type FieldValue, type HeardInteraction, requestId } from './heard.ts'
import { formId } from './ids.ts'
import { type ButtonLook, LONGEST_FIELD, text, textField } from './parts.ts'
import { saying } from './saying.ts'

/** @returns undefined when the text is longer than a form holds. */
export function correctionModal({ reply, version, text: filled }: CorrectionDraft): Modal | undefined {
  const fields = fieldsFor(filled)
  return (
    fields && {
      custom_id: formId({ is: 'correction', reply, version }),
      title: CORRECTION_FORM.title,
      components: [
        text(CORRECTION_FORM.intro),
        ...fields.map((field, nth) => fieldAt(field, nth, fields.length)),
      ],
    }
  )
}

const fieldAt = ({ customId, filled }: FilledField, nth: number, fields: number): unknown =>
  textField({
    ...{ customId, filled, most: LONGEST_FIELD, required: fields === 1 },
    label:
      nth === 0
        ? CORRECTION_FORM.text
        : filled === ''
          ? CORRECTION_FORM.longer
          : CORRECTION_FORM.further(nth + 1),
  })

const openButton = (reply: string): ButtonLook => ({
  label: CORRECTION_FORM.open,
  customId: customIdOf('correct', reply),
})

/** Pressed below a reply, or below what was given back: then it is filled with that. */
export async function openCorrection(heard: HeardInteraction, reply: string, deps: FormDeps): Promise<void> {
  await open(heard, async () => ({ reply }), deps)
}

/** The command on a message: any message that shows a reply will do. */
export async function openCorrectionOf(
  heard: HeardInteraction,
  message: string,
  deps: FormDeps,
): Promise<void> {
  const { guild: workspace = DIRECT_WORKSPACE, channel } = heard
  const about = { platform: 'discord', workspace, channel, message }
  const find = async () => {
    const reply = await deps.host.feedback.replyShownBy(about)
    return reply === undefined ? { say: CORRECTION_FORM.notOurs } : { reply }
  }
  await open(heard, find, deps)
}

type Found = { readonly reply: string } | { readonly say: string }

async function open(heard: HeardInteraction, find: () => Promise<Found>, deps: FormDeps): Promise<void> {
  const { answering, host, log } = deps
  /** For a press that comes too late to open the form: it is known by then, or the press was on a button for it. */
  let known: string | undefined
  const draft = async () => {
    const found = await find()
    if ('say' in found) return found
    known = found.reply
    return host.feedback.draft(found.reply)
  }
  const first = await answering.inTime(draft).then(
    (drafted) => (drafted === LATE ? late(known) : answerWith(drafted, keptIn(heard.message))),
    (error: unknown) => {
      log.error({ reason: reasonOf(error) }, 'Discord: a form could not be filled')
      return message(SAYINGS.failed)
    },
  )
  await answering.first(heard, first)
}

const message = (say: string, ...below: readonly ButtonLook[]): FirstAnswer => ({
  kind: 'message',
  shown: saying(say, ...below),
})

const late = (reply: string | undefined): FirstAnswer =>
  reply === undefined ? message(SAYINGS.failed) : message(FORM_SAYINGS.late, openButton(reply))

function answerWith(
  drafted: CorrectionDraft | { readonly say: string },
  wrote: string | undefined,
): FirstAnswer {
  if ('say' in drafted) return message(drafted.say)
  const filled = wrote ?? drafted.text
  const modal = correctionModal({ ...drafted, text: filled })
  return modal === undefined
    ? message(tooLongToCorrect(filled.length, 'a form in Discord'))
    : { kind: 'form', modal }
}

export async function sendCorrection(
  heard: HeardInteraction,
  { reply, version }: { readonly reply: string; readonly version: string },
  fields: ReadonlyMap<string, FieldValue>,
  { answering, host }: FormDeps,
): Promise<void> {
  const wrote = joinedFields(fields)
  const correction = { id: requestId(heard), reply, by: heard.person, at: heard.at, version, text: wrote }
  const [answered, outcome = { ok: false, say: FORM_SAYINGS.failed }] = await Promise.all([
    answering.first(heard, { kind: 'later' }),
    answering.asked('a better reply', () => host.feedback.correct(correction)),
  ])
  if (!answered) return
  await answering.change(
    heard,
    outcome.ok ? saying(CORRECTION_FORM.done) : givenBack(outcome.say, wrote, openButton(reply)),
  )
}
