import { fieldsOf, keep, readKept } from './kept.ts'
import { type Order, type Places, placesIn } from './ranking-order.ts'

/** A choice that is not sent yet. */
export interface KeptRanking {
  readonly places: Places
  readonly allBad: boolean
  readonly reason: string
  readonly spentMs: number
  /** Set when sending it was tried. */
  readonly key?: string
}

export const keepRanking = (name: string, ranking: KeptRanking): void => keep(name, ranking)

/** What was chosen and not sent yet; else what was sent earlier; else nothing. */
export function keptRanking(
  name: string,
  slots: readonly string[],
  earlier: { readonly order: Order; readonly allBad: boolean } | undefined,
): KeptRanking {
  const places = placesIn(earlier?.order ?? [])
  const begin: KeptRanking = { places, allBad: earlier?.allBad ?? false, reason: '', spentMs: 0 }
  return readKept(name, (value) => read(value, slots)) ?? begin
}

function read(value: unknown, slots: readonly string[]): KeptRanking | undefined {
  const { places, allBad, reason, spentMs, key } = fieldsOf(value)
  if (typeof allBad !== 'boolean' || typeof reason !== 'string' || typeof spentMs !== 'number')
    return undefined
  const kept = Object.entries(fieldsOf(places)).filter(
    (entry): entry is [string, number] => slots.includes(entry[0]) && isPlace(entry[1], slots.length),
  )
  const ranking = { places: Object.fromEntries(kept), allBad, reason, spentMs }
  return typeof key === 'string' ? { ...ranking, key } : ranking
}

const isPlace = (value: unknown, most: number): boolean =>
  typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= most
