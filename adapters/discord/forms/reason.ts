/**
 * Why a reply was bad. The vote counts at once, whatever becomes of the form (rule F1): whoever closes it has said
 * nothing more, and whoever sends it gives the reason.
 */
import { FORM_SAYINGS, REASON_FORM } from '#adapters/forms.ts'
import { carryOut, SAYINGS } from '#adapters/press.ts'
import {
  LONGEST_REASON,
  REASON_LABELS,
  REASON_TAGS,
  type Reason,
  type ReasonTag,
} from '#core/feedback/desk.ts'
import type { Modal } from './api.ts'
import type { FormDeps } from './deps.ts'
import { givenBack, keptIn } from './given-back.ts'
import { type FieldValue, type HeardInteraction, requestId } from './heard.ts'
import { formId } from './ids.ts'
import { checkBoxes, text, textField } from './parts.ts'
import { saying } from './saying.ts'

const TAGS = 'tags'
const TEXT = 'text'

/** @param wrote and `tags`: what it is filled with. */
export const reasonModal = (reply: string, tags: readonly ReasonTag[] = [], wrote = ''): Modal => ({
  custom_id: formId({ is: 'reason', reply }),
  title: REASON_FORM.title,
  components: [
    text(REASON_FORM.intro),
    checkBoxes(
      REASON_FORM.tags,
      TAGS,
      REASON_TAGS.map((tag) => ({ label: REASON_LABELS[tag], value: tag, chosen: tags.includes(tag) })),
    ),
    textField({
      ...{ label: REASON_FORM.text, customId: TEXT, filled: wrote.slice(0, LONGEST_REASON) },
      ...{ most: LONGEST_REASON, required: false },
    }),
  ],
})

export function readReason(fields: ReadonlyMap<string, FieldValue>): Pick<Reason, 'tags' | 'text'> {
  const tags = fields.get(TAGS)
  const wrote = fields.get(TEXT)
  return {
    tags: REASON_TAGS.filter((tag) => Array.isArray(tags) && tags.includes(tag)),
    text: typeof wrote === 'string' ? wrote : '',
  }
}

/** The vote and the form go their ways at once: neither waits for the other, and neither fails with the other. */
export async function pressBad(heard: HeardInteraction, reply: string, deps: FormDeps): Promise<void> {
  const { answering, host } = deps
  const press = {
    ...({ id: requestId(heard), platform: 'discord', control: 'bad', reply, rater: heard.by.id } as const),
    ...{ speaker: async () => heard.by, at: heard.at },
  }
  const [answered, said = SAYINGS.failed] = await Promise.all([
    answering.first(heard, { kind: 'form', modal: reasonModal(reply) }),
    answering.asked('a vote', () => carryOut(press, host)),
  ])
  // The form itself says that it is noted.
  if (answered && said !== SAYINGS.noted) await answering.add(heard, saying(said))
}

/** From a message that gave a reason back. */
export async function openReason(
  heard: HeardInteraction,
  { reply, tags }: { readonly reply: string; readonly tags: readonly ReasonTag[] },
  { answering }: FormDeps,
): Promise<void> {
  const modal = reasonModal(reply, tags, keptIn(heard.message))
  await answering.first(heard, { kind: 'form', modal })
}

export async function sendReason(
  heard: HeardInteraction,
  reply: string,
  fields: ReadonlyMap<string, FieldValue>,
  { answering, host }: FormDeps,
): Promise<void> {
  const { tags, text: wrote } = readReason(fields)
  const reason: Reason = { id: requestId(heard), reply, by: heard.person, at: heard.at, tags, text: wrote }
  const [answered, outcome = { ok: false, say: FORM_SAYINGS.failed }] = await Promise.all([
    answering.first(heard, { kind: 'later' }),
    answering.asked('a reason', () => host.feedback.explain(reason)),
  ])
  if (!answered) return
  const again = { label: REASON_FORM.open, customId: formId({ is: 'why', reply, tags }) }
  await answering.change(heard, outcome.ok ? saying(REASON_FORM.done) : givenBack(outcome.say, wrote, again))
}
