/** A dialogue while it is being written, and everything that changes it. Pure. */
import type { DialogueView, TurnView } from '../protocol.ts'
import { newKey } from './drafts.ts'

export type Side = TurnView['side']
export type Taken = NonNullable<TurnView['suggestion']>

export interface Turn extends TurnView {
  /** Stays with the turn wherever it is moved. */
  readonly key: string
  /** What it held before everything was taken out: undoing that brings back where it came from, too. */
  readonly cleared?: { readonly text: string; readonly suggestion: Taken }
}

export interface Script {
  readonly system: string
  readonly turns: readonly Turn[]
}

/** As it goes over the wire and into this browser's storage. */
export interface PlainScript {
  readonly system: string
  readonly turns: readonly TurnView[]
}

/** UTF-16 code units of one turn that the server takes. */
export const TURN_SIZE = 30_000

export const plain = ({ system, turns }: Script): PlainScript => ({
  system,
  turns: turns.map(({ side, text, suggestion }) =>
    suggestion === undefined ? { side, text } : { side, text, suggestion },
  ),
})

export const keyed = ({ system, turns }: PlainScript): Script => ({
  system,
  turns: turns.map((turn) => ({ ...turn, key: newKey() })),
})

/** A dialogue to go on with: an empty one begins with the person's turn. */
export function scriptOf({ system, turns }: Pick<DialogueView, 'system' | 'turns'>): Script {
  const script = keyed({ system, turns })
  return turns.length === 0 ? added(script) : script
}

/** Whether there is nothing in one that is not in the other; turns without a word aside. */
export const isSame = (one: PlainScript, other: PlainScript): boolean =>
  JSON.stringify(worded(one)) === JSON.stringify(worded(other))

const worded = ({ system, turns }: PlainScript) => [
  system,
  turns.filter(({ text }) => text !== '').map(({ side, text }) => [side, text]),
]

/** Who speaks after these. */
export const nextSide = (turns: readonly TurnView[]): Side =>
  turns.at(-1)?.side === 'user' ? 'assistant' : 'user'

export const added = (script: Script, side: Side = nextSide(script.turns)): Script => ({
  ...script,
  turns: [...script.turns, { key: newKey(), side, text: '' }],
})

export const without = (script: Script, key: string): Script => ({
  ...script,
  turns: script.turns.filter((turn) => turn.key !== key),
})

export const putBack = (script: Script, turn: Turn, at: number): Script => ({
  ...script,
  turns: script.turns.toSpliced(at, 0, turn),
})

/** One place up or down; at either end it stays. */
export function moved(script: Script, key: string, by: 1 | -1): Script {
  const at = script.turns.findIndex((turn) => turn.key === key)
  const to = at + by
  const turn = script.turns[at]
  if (turn === undefined || to < 0 || to >= script.turns.length) return script
  return { ...script, turns: script.turns.toSpliced(at, 1).toSpliced(to, 0, turn) }
}

export const changed = (script: Script, key: string, change: (turn: Turn) => Turn): Script => ({
  ...script,
  turns: script.turns.map((turn) => (turn.key === key ? change(turn) : turn)),
})

/** What stands there is the model's, until it is changed. */
export const taken = ({ key, side }: Turn, suggestion: Taken): Turn => ({
  ...{ key, side, suggestion },
  text: suggestion.text,
})

/** Typing in a turn. When nothing is left of what was suggested, what comes then is the person's own. */
export function typed({ cleared, ...turn }: Turn, text: string): Turn {
  const { suggestion, ...own } = turn
  if (text.trim() === '' && suggestion !== undefined)
    return { ...own, text, cleared: { text: turn.text, suggestion } }
  if (cleared === undefined) return { ...turn, text }
  if (text === cleared.text) return { ...own, text, suggestion: cleared.suggestion }
  return { ...own, text, cleared }
}

/** Where the text of a turn comes from, for people; empty when they wrote it. */
export function origin({ text, suggestion }: TurnView): string {
  if (suggestion === undefined || text.trim() === '') return ''
  const by = suggestion.model === '' ? 'a model' : suggestion.model
  return text === suggestion.text ? `Suggested by ${by}` : `Suggested by ${by}, then changed`
}
