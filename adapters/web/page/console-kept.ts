import type { TurnView } from '../protocol.ts'
import type { PlainScript } from './console-script.ts'
import { fieldsOf, forget, keep, keptNames, readKept } from './kept.ts'

/** A dialogue as it was last typed in one open page, kept in this browser until the server has it. */
export interface KeptScript {
  readonly dialogue: string
  /** Names the page that it was typed in. */
  readonly tab: string
  /** The revision that it was made from. */
  readonly base: number
  /** Greater than that of any save of this page so far. */
  readonly nth: number
  readonly isVersion: boolean
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly script: PlainScript
}

const beginning = (person: string): string => `console.${person}.`
const nameOf = (person: string, { dialogue, tab }: Pick<KeptScript, 'dialogue' | 'tab'>): string =>
  `${beginning(person)}${dialogue}.${tab}`

export const keepScript = (person: string, kept: KeptScript): void => keep(nameOf(person, kept), kept)

export const forgetScript = (person: string, kept: Pick<KeptScript, 'dialogue' | 'tab'>): void =>
  forget(nameOf(person, kept))

/** What pages of this person have typed that the server may not have, the oldest first. */
export const keptScripts = (person: string): readonly KeptScript[] =>
  keptNames(beginning(person))
    .map((name) => readKept(name, asKept))
    .filter((kept) => kept !== undefined)
    .toSorted((a, b) => a.at - b.at)

function asKept(value: unknown): KeptScript | undefined {
  const { dialogue, tab, base, nth, isVersion, at, script } = fieldsOf(value)
  const { system, turns } = fieldsOf(script)
  if (typeof dialogue !== 'string' || typeof tab !== 'string' || typeof isVersion !== 'boolean')
    return undefined
  if (typeof base !== 'number' || typeof nth !== 'number' || typeof at !== 'number') return undefined
  if (typeof system !== 'string' || !Array.isArray(turns)) return undefined
  const said = turns.map(asTurn).filter((turn) => turn !== undefined)
  return { dialogue, tab, base, nth, isVersion, at, script: { system, turns: said } }
}

function asTurn(value: unknown): TurnView | undefined {
  const { side, text, suggestion } = fieldsOf(value)
  if ((side !== 'user' && side !== 'assistant') || typeof text !== 'string') return undefined
  const { id, text: suggested, model } = fieldsOf(suggestion)
  return typeof id === 'string' && typeof suggested === 'string' && typeof model === 'string'
    ? { side, text, suggestion: { id, text: suggested, model } }
    : { side, text }
}
