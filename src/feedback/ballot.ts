/**
 * What a rater sees, and what their ranking means. Pure (rule F6): the order follows from the task's seed and the
 * rater, so that a form opened twice is the same, and no two raters' orders have to do with each other.
 */
import { drawFrom, shuffled } from './seeded-draw.ts'

/** The ids of the answers in this rater's own order. */
export const displayedTo = (
  rater: string,
  { seed, candidates }: { readonly seed: string; readonly candidates: readonly { readonly id: string }[] },
): readonly string[] =>
  shuffled(
    candidates.map(({ id }) => id),
    drawFrom(`${seed}/ballot/${rater}`),
  )

/** `A` is what stands first. */
export const slotAt = (place: number): string => String.fromCharCode('A'.charCodeAt(0) + place)

/** Groups of answers that are as good as each other, best first. */
export type TieGroups = readonly (readonly string[])[]

/**
 * From the slots of a form to the answers behind them. Every slot must stand there exactly once; an empty order means
 * that none is better than another, which is all that "all bad" alone says.
 *
 * @param displayed candidate ids, in the order that the rater saw.
 */
export function answersIn(
  order: TieGroups,
  displayed: readonly string[],
  allBad: boolean,
): { readonly order: TieGroups } | { readonly say: string } {
  const groups = order.filter((group) => group.length > 0)
  if (groups.length === 0 && allBad) return { order: [displayed] }
  const slots = displayed.map((_, place) => slotAt(place))
  const given = groups.flat()
  const strange = given.filter((slot) => !slots.includes(slot))
  if (strange.length > 0) return { say: `There is no answer ${listed(strange)} here. Please open it again.` }
  const doubled = slots.filter((slot) => given.filter((other) => other === slot).length > 1)
  if (doubled.length > 0) return { say: `Please give ${listed(doubled)} one place only.` }
  const missing = slots.filter((slot) => !given.includes(slot))
  if (missing.length > 0) return { say: `Please choose a place for ${listed(missing)}.` }
  const idOf = new Map(slots.map((slot, place) => [slot, displayed[place] ?? slot]))
  return { order: groups.map((group) => group.map((slot) => idOf.get(slot) ?? slot)) }
}

/** The other way round: what this person chose earlier, in the slots that they see now. */
export function slotsIn(order: TieGroups, displayed: readonly string[]): TieGroups {
  return order.map((group) => group.map((id) => slotAt(displayed.indexOf(id))))
}

const listed = (slots: readonly string[]): string => [...new Set(slots)].join(', ')
