/**
 * The form with a place for each answer: a message that only the rater sees. Pure (rule F6).
 *
 * It is drawn from the rater's choices alone, and they are in the `custom_id` of everything that can be pressed.
 */
import { BALLOT_FORM, placesOf } from '#adapters/forms.ts'
import { slotAt } from '#core/feedback/ballot.ts'
import type { Ballot, Ranking } from '#core/feedback/comparison-desk.ts'
import { LONGEST_REASON } from '#core/feedback/desk.ts'
import { orderOf } from '#core/feedback/places.ts'
import type { Modal, Shown } from './api.ts'
import { keptText } from './given-back.ts'
import { type Choices, formId } from './ids.ts'
import { buttons, menu, text, textField } from './parts.ts'

const REASON = 'reason'

/** What stands there when the form opens: what this person chose earlier, or nothing. */
export function firstChoices({ task, answers, earlier }: Ballot, now: number): Choices {
  const places = earlier === undefined ? {} : placesOf(earlier)
  // Answers that are all bad and all alike were never given places.
  const unplaced = earlier?.allBad === true && earlier.order.length === 1
  return {
    ...{ task, allBad: earlier?.allBad ?? false, since: Math.floor(now) },
    places: answers.map(({ slot }) => (unplaced ? undefined : places[slot])),
  }
}

export interface PanelNotes {
  /** What is wrong with the choices, or what failed. */
  readonly say?: string
  /** A reason that was written and not recorded. */
  readonly wrote?: string
}

export function panel(choices: Choices, { say, wrote = '' }: PanelNotes = {}): Shown {
  const { allBad } = choices
  const { title, intro, allBadHint } = BALLOT_FORM
  const head = [
    `### ${title}`,
    intro,
    ...(allBad ? [allBadHint] : []),
    ...(say === undefined ? [] : [`**${say}**`]),
  ]
  return {
    components: [
      text(head.join('\n')),
      ...choices.places.map((_, at) => placeMenu(choices, at)),
      ...(wrote.trim() === '' ? [] : [text(BALLOT_FORM.wrote), keptText(wrote)]),
      buttons(
        { label: BALLOT_FORM.send, customId: formId({ is: 'send', choices }), style: 'main' },
        {
          label: allBad ? `✓ ${BALLOT_FORM.allBad}` : BALLOT_FORM.allBad,
          customId: formId({ is: 'all-bad', choices }),
          style: allBad ? 'danger' : 'usual',
        },
        { label: BALLOT_FORM.sendWithReason, customId: formId({ is: 'say', choices }) },
      ),
    ],
  }
}

/** Each option names its answer: what is chosen covers what stood there before. */
function placeMenu(choices: Choices, at: number): unknown {
  const slot = slotAt(at)
  const options = choices.places.map((_, place) => ({
    label: `${BALLOT_FORM.answer(slot)}: ${place === 0 ? BALLOT_FORM.best : place + 1}`,
    value: String(place + 1),
    chosen: choices.places[at] === place + 1,
  }))
  return menu(formId({ is: 'place', slot, choices }), BALLOT_FORM.place(slot), options)
}

/** @param value a menu's; undefined takes the choice back. */
export function withPlace(choices: Choices, slot: string, value: string | undefined): Choices {
  const place = value === undefined ? undefined : Number(value)
  return {
    ...choices,
    places: choices.places.map((before, at) => (slotAt(at) === slot ? place : before)),
  }
}

/** What the choices mean, or what is missing in them. */
export function orderIn({
  places,
  allBad,
}: Choices): Pick<Ranking, 'order' | 'allBad'> | { readonly say: string } {
  if (allBad && places.every((place) => place === undefined)) return { order: [], allBad }
  const read = orderOf(Object.fromEntries(places.map((place, at) => [slotAt(at), place])))
  return 'say' in read ? read : { order: read.order, allBad }
}

/** Sends the ranking with what is written in it. */
export const reasonForRanking = (choices: Choices, wrote = ''): Modal => ({
  custom_id: formId({ is: 'ranking', choices }),
  title: BALLOT_FORM.title,
  components: [
    textField({
      ...{ label: BALLOT_FORM.reason, customId: REASON, filled: wrote.slice(0, LONGEST_REASON) },
      ...{ most: LONGEST_REASON, required: false },
    }),
  ],
})

export function readRankingReason(fields: ReadonlyMap<string, unknown>): string {
  const wrote = fields.get(REASON)
  return typeof wrote === 'string' ? wrote : ''
}
