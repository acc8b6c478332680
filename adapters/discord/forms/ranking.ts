/** What is pressed in the form with the places (rules F1, F6). */
import { BALLOT_FORM, FORM_SAYINGS } from '#adapters/forms.ts'
import type { FormDeps } from './deps.ts'
import { keptIn } from './given-back.ts'
import { type FieldValue, type HeardInteraction, requestId } from './heard.ts'
import type { Choices, FormId } from './ids.ts'
import type { NewestChoices } from './newest-choices.ts'
import { orderIn, panel, readRankingReason, reasonForRanking, withPlace } from './panel.ts'
import { saying } from './saying.ts'

type Choice = Extract<FormId, { readonly is: 'place' | 'all-bad' }>

/** What is chosen now, made known at once: what is pressed next may come from a form that does not show it yet. */
export function chosen(heard: HeardInteraction, pressed: Choice, newest: NewestChoices): Choices {
  const before = current(heard, pressed.choices, newest)
  const choices = changed(before, pressed, heard)
  newest.keep(messageOf(heard), heard.id, choices)
  return choices
}

/** @param shown what the message says, which may be older than what was chosen. */
export const current = (heard: HeardInteraction, shown: Choices, newest: NewestChoices): Choices =>
  newest.newest(messageOf(heard), shown)

function changed(before: Choices, pressed: Choice, { act }: HeardInteraction): Choices {
  // The button says the opposite of what it showed: pressed twice while it still showed the same, it means the same.
  if (pressed.is === 'all-bad') return { ...before, allBad: !pressed.choices.allBad }
  return withPlace(before, pressed.slot, act.kind === 'chosen' ? act.values[0] : undefined)
}

export async function showChoices(
  heard: HeardInteraction,
  choices: Choices,
  { answering }: FormDeps,
): Promise<void> {
  // What is written stays until it is sent.
  const wrote = keptIn(heard.message) ?? ''
  await answering.first(heard, { kind: 'update', shown: panel(choices, { wrote }) })
}

/** With the reason that an earlier attempt gave back, if there is one. */
export async function sendRanking(heard: HeardInteraction, choices: Choices, deps: FormDeps): Promise<void> {
  await send(heard, choices, keptIn(heard.message) ?? '', deps)
}

export async function askWhy(
  heard: HeardInteraction,
  choices: Choices,
  { answering }: FormDeps,
): Promise<void> {
  const wrote = keptIn(heard.message) ?? ''
  const order = orderIn(choices)
  // Nobody writes a reason for what cannot be sent yet.
  if ('say' in order) {
    await answering.first(heard, { kind: 'update', shown: panel(choices, { say: order.say, wrote }) })
    return
  }
  await answering.first(heard, { kind: 'form', modal: reasonForRanking(choices, wrote) })
}

export async function sendRankingWithReason(
  heard: HeardInteraction,
  choices: Choices,
  fields: ReadonlyMap<string, FieldValue>,
  deps: FormDeps,
): Promise<void> {
  await send(heard, choices, readRankingReason(fields), deps)
}

async function send(
  heard: HeardInteraction,
  choices: Choices,
  wrote: string,
  { answering, host }: FormDeps,
): Promise<void> {
  const order = orderIn(choices)
  if ('say' in order) {
    await answering.first(heard, { kind: 'update', shown: panel(choices, { say: order.say, wrote }) })
    return
  }
  const ranking = {
    ...{ id: requestId(heard), task: choices.task, by: heard.person, at: heard.at },
    ...order,
    ...(wrote.trim() === '' ? {} : { reason: wrote }),
    // Discord's clock and ours may differ a little.
    spentMs: Math.max(0, heard.at - choices.since),
  }
  const [answered, outcome = { ok: false, say: FORM_SAYINGS.failed }] = await Promise.all([
    answering.first(heard, { kind: 'update later' }),
    answering.asked('a ranking', () => host.comparisons.rank(ranking)),
  ])
  if (!answered) return
  await answering.change(
    heard,
    outcome.ok ? saying(BALLOT_FORM.done) : panel(choices, { say: outcome.say, wrote }),
  )
}

const messageOf = ({ message, id }: HeardInteraction): string => message?.id ?? id
