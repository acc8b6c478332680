/**
 * Several answers, ranked blind: each in full, then a place for each. Pure (rule F6).
 *
 * A modal holds 100 blocks and 250 KB. Answers that do not fit stand behind the form, as messages that only the rater
 * sees; the form then has the choices alone.
 */
import type { InputBlock, KnownBlock, ModalView } from '@slack/web-api'
import { z } from 'zod'
import { BALLOT_FORM, placesOf } from '#adapters/forms.ts'
import { split } from '#core/delivery/split.ts'
import { slotAt } from '#core/feedback/ballot.ts'
import { type Ballot, MOST_ANSWERS } from '#core/feedback/comparison-desk.ts'
import { LONGEST_REASON } from '#core/feedback/desk.ts'
import { orderOf } from '#core/feedback/places.ts'
import type { Values } from './submission.ts'
import { field, header, modal, plain, sections } from './view.ts'
import { keptPlace, type TellPlace } from './where.ts'

const kept = z.object({
  ...{ at: z.number(), task: z.string(), answers: z.int().min(1).max(MOST_ANSWERS) },
  ...keptPlace,
})
type Kept = z.infer<typeof kept>
export const readBallotKept = (metadata: unknown): Kept | undefined => kept.safeParse(metadata).data

const MOST_BLOCKS = 100
/** Of 250 KB; whether Slack counts what surrounds the view is not documented. */
const MOST_BYTES = 240_000
/** Characters of a message: 12,000 of Markdown, less what stands above and what neutral text needs more. */
const ASIDE: { readonly unit: 'utf16'; readonly size: number } = { unit: 'utf16', size: 10_000 }

export interface BallotView {
  readonly view: ModalView
  /** Markdown messages that the rater must see before the form; none when the form shows all. */
  readonly aside: readonly string[]
}

export function ballotView(ballot: Ballot, where: TellPlace, at: number): BallotView {
  const { title, send, close, intro, aside } = BALLOT_FORM
  const keeps: Kept = { at, task: ballot.task, answers: ballot.answers.length, ...where }
  const form = (above: readonly KnownBlock[]): ModalView =>
    modal({ form: 'ballot', title, send, close, keeps, blocks: [...above, ...fieldsFor(ballot)] })
  const whole = form([...shown(ballot), ...sections(intro)])
  if (whole.blocks.length <= MOST_BLOCKS && bytesOf(whole) <= MOST_BYTES) return { view: whole, aside: [] }
  return { view: form(sections(`${aside} ${intro}`)), aside: besides(ballot) }
}

const shown = ({ question, answers }: Ballot): readonly KnownBlock[] => [
  header(BALLOT_FORM.question),
  ...sections(question),
  ...answers.flatMap(({ slot, text }) => [
    { type: 'divider' as const },
    header(BALLOT_FORM.answer(slot)),
    ...sections(text),
  ]),
]

const besides = ({ question, answers }: Ballot): readonly string[] =>
  [
    { name: BALLOT_FORM.question, text: question },
    ...answers.map(({ slot, text }) => ({ name: BALLOT_FORM.answer(slot), text })),
  ].flatMap(({ name, text }) => {
    const parts = split(text, ASIDE)
    return parts.map(
      (part, nth) => `**${name}**${parts.length === 1 ? '' : ` (${nth + 1}/${parts.length})`}\n\n${part}`,
    )
  })

function fieldsFor({ answers, earlier }: Ballot): readonly InputBlock[] {
  const places = earlier === undefined ? {} : placesOf(earlier)
  const options = answers.map((_, nth) => placeOption(nth + 1))
  const allBad = { text: plain(BALLOT_FORM.allBad), value: ALL_BAD }
  return [
    ...answers.map(({ slot }) => {
      const chosen = places[slot]
      return field({
        ...{ id: slot, label: BALLOT_FORM.place(slot) },
        element: {
          ...{ type: 'static_select', options, placeholder: plain(BALLOT_FORM.choose) },
          ...(chosen === undefined ? {} : { initial_option: placeOption(chosen) }),
        },
      })
    }),
    field({
      ...{ id: ALL_BAD, label: BALLOT_FORM.allBadLabel, hint: BALLOT_FORM.allBadHint },
      element: {
        ...{ type: 'checkboxes', options: [allBad] },
        ...(earlier?.allBad ? { initial_options: [allBad] } : {}),
      },
    }),
    field({
      ...{ id: REASON, label: BALLOT_FORM.reason },
      element: { type: 'plain_text_input', multiline: true, max_length: LONGEST_REASON },
    }),
  ]
}

const ALL_BAD = 'all-bad'
const REASON = 'reason'

const placeOption = (place: number) => ({
  text: plain(place === 1 ? BALLOT_FORM.best : String(place)),
  value: String(place),
})

/** What a refusal stands below when it is about the whole. */
export const LAST_FIELD = REASON

export type Chosen =
  | { readonly order: readonly (readonly string[])[]; readonly allBad: boolean; readonly reason: string }
  /** A place is missing. */
  | { readonly at: string; readonly say: string }

export function readBallot(values: Values, { answers }: Pick<Kept, 'answers'>): Chosen {
  const slots = Array.from({ length: answers }, (_, nth) => slotAt(nth))
  const places = Object.fromEntries(slots.map((slot) => [slot, placeIn(values.choice(slot), answers)]))
  const allBad = values.choices(ALL_BAD).includes(ALL_BAD)
  const reason = values.text(REASON)
  const unplaced = slots.filter((slot) => places[slot] === undefined)
  if (allBad && unplaced.length === slots.length) return { order: [], allBad, reason }
  const read = orderOf(places)
  return 'say' in read
    ? { at: unplaced[0] ?? LAST_FIELD, say: read.say }
    : { order: read.order, allBad, reason }
}

/** Undefined for none, and for what the form does not offer. */
const placeIn = (value: string | undefined, most: number): number | undefined =>
  Array.from({ length: most }, (_, nth) => nth + 1).find((place) => String(place) === value)

/** Slack writes characters beyond ASCII as `\uXXXX`: at most six bytes for each code unit. */
const bytesOf = (view: ModalView): number =>
  JSON.stringify(view).replaceAll(/[^\u0020-\u007e]/g, '\\uXXXX').length
