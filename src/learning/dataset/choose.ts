import { lot } from './chance.ts'
import type { Kind, Split } from './dataset.ts'
import type { Drop } from './drops.ts'
import type { Source } from './example.ts'

/** An example that has its place, as choosing sees it. */
export interface Choice {
  readonly nth: number
  readonly record: string
  readonly source: Source
  readonly split: Split
  readonly people: readonly string[]
}

/** `instruct` is what was imported, `dialogue` is what people of this installation gave. */
export const SHARES = ['dialogue', 'instruct'] as const
export type Share = (typeof SHARES)[number]
/** Parts of a whole: they sum to 1. */
export type Mix = Readonly<Record<Share, number>>

export const shareOf = ({ source }: Pick<Choice, 'source'>): Share =>
  source === 'imports' ? 'instruct' : 'dialogue'

/** The kinds that instruction data has rows for, and that a mix is about. */
export const MIXED: readonly Kind[] = ['sft', 'completion', 'sft-openai', 'rft-openai', 'prompts']

export interface ChooseOptions {
  readonly seed: string
  /** Nobody is in more examples of a kind than this. */
  readonly perPerson: number
  readonly mix: Mix | undefined
}

/**
 * Which examples of one kind are taken, and which are too many of one person's or of one source. Chance decides among
 * them, the same way for the same seed (rule L5).
 *
 * @returns the rest with the reason why not.
 */
export function choose<C extends Choice>(
  kind: Kind,
  choices: readonly C[],
  options: ChooseOptions,
): { readonly taken: readonly C[]; readonly dropped: readonly (readonly [C, Drop])[] } {
  const shuffled = choices
    .map((choice) => ({ choice, lot: lot(options.seed, `${kind}/${choice.record}`) }))
    .toSorted((a, b) => (a.lot < b.lot ? -1 : 1))
    .map(({ choice }) => choice)
  const { within, beyond } = limitPeople(shuffled, options.perPerson)
  const { mixed, surplus } = mixShares(within, MIXED.includes(kind) ? options.mix : undefined)
  return {
    taken: mixed,
    dropped: [
      ...beyond.map((choice) => [choice, 'limit'] as const),
      ...surplus.map((choice) => [choice, 'mix'] as const),
    ],
  }
}

function limitPeople<C extends Choice>(choices: readonly C[], most: number) {
  const counts = new Map<string, number>()
  const within: C[] = []
  const beyond: C[] = []
  for (const choice of choices) {
    const isFull = choice.people.some((person) => (counts.get(person) ?? 0) >= most)
    ;(isFull ? beyond : within).push(choice)
    if (!isFull) for (const person of choice.people) counts.set(person, (counts.get(person) ?? 0) + 1)
  }
  return { within, beyond }
}

/**
 * As much as there is with the shares that were asked for, among the rows that are trained on. Validation and test
 * keep everything: what they measure must not change with the mix (rule L1).
 */
function mixShares<C extends Choice>(choices: readonly C[], mix: Mix | undefined) {
  if (mix === undefined) return { mixed: choices, surplus: [] }
  const surplus = new Set(
    surplusOf(
      choices.filter(({ split }) => split === 'train'),
      mix,
    ),
  )
  return { mixed: choices.filter((choice) => !surplus.has(choice)), surplus: [...surplus] }
}

function surplusOf<C extends Choice>(choices: readonly C[], mix: Mix): readonly C[] {
  const groups = SHARES.map((share) => ({
    part: mix[share],
    members: choices.filter((choice) => shareOf(choice) === share),
  }))
  const total = Math.min(
    ...groups.map(({ part, members }) => (part > 0 ? members.length / part : Number.POSITIVE_INFINITY)),
  )
  // A rounding error below a whole row must not cost one.
  return groups.flatMap(({ part, members }) => members.slice(Math.floor(total * part + 1e-9)))
}
