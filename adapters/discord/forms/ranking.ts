/** What is pressed in the form with the places (rules F1, F6). */
import { BALLOT_FORM, FORM_SAYINGS } from '#adapters/forms.ts'
import type { FormDeps } from './deps.ts'
import { keptIn } from './given-back.ts'
import { type FieldValue, type HeardInteraction, requestId } from './heard.ts'
import type { Choices, FormId } from './ids.ts'
import type { NewestChoices } from './newest-choices.ts'
import { orderIn, panel, readRankingReason, reasonForRanking, withPlace } from './panel.ts'
import { saying } from './saying.ts'

export interface RankingDeps extends FormDeps {
  readonly newest: NewestChoices
}

/** @param shown what the message says, which may be older than what was chosen. */
export async function choose(
  heard: HeardInteraction,
  pressed: Extract<FormId, { readonly is: 'place' | 'all-bad' }>,
  { answering, newest }: RankingDeps,
): Promise<void> {
  const before = newest.newest(messageOf(heard), pressed.choices)
  const choices = changed(before, pressed, heard)
  newest.keep(messageOf(heard), heard.id, choices)
  // What is written stays until it is sent.
  const wrote = keptIn(heard.message)
  await answering.first(heard, {
    kind: 'update',
    shown: panel(choices, wrote === undefined ? {} : { wrote }),
  })
}

function changed(
  before: Choices,
  pressed: Extract<FormId, { readonly is: 'place' | 'all-bad' }>,
  { act }: HeardInteraction,
): Choices {
  // The button says the opposite of what it showed: pressed twice while it still showed the same, it means the same.
  if (pressed.is === 'all-bad') return { ...before, allBad: !pressed.choices.allBad }
  return withPlace(before, pressed.slot, act.kind === 'chosen' ? act.values[0] : undefined)
}

/** With the reason that an earlier attempt gave back, if there is one. */
export async function sendRanking(heard: HeardInteraction, shown: Choices, deps: RankingDeps): Promise<void> {
  const choices = deps.newest.newest(messageOf(heard), shown)
  await send(heard, choices, keptIn(heard.message) ?? '', deps)
}

export async function askWhy(heard: HeardInteraction, shown: Choices, deps: RankingDeps): Promise<void> {
  const { answering, newest } = deps
  const choices = newest.newest(messageOf(heard), shown)
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
  deps: RankingDeps,
): Promise<void> {
  await send(heard, choices, readRankingReason(fields), deps)
}

async function send(
  heard: HeardInteraction,
  choices: Choices,
  wrote: string,
  { answering, host }: RankingDeps,
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
