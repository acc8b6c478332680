/**
 * What one save of an open page means for a dialogue (rules F1, S2). Pure.
 *
 * A page saves the whole dialogue and names the revision that it was made from. Nobody's text is ever written over by
 * somebody who had not seen it: not by another window, and not by an older save that comes late.
 */
import type { Demonstration, DemonstrationMessage } from '../demonstrations.ts'

/** A base that no dialogue stands at. */
export const NEVER = -1

export interface Attempt {
  readonly base: number
  readonly tab: string
  readonly nth: number
  readonly at: number
  readonly messages: readonly DemonstrationMessage[]
}

export type Verdict =
  /** It was saved before, or a later one of the same page was. `revision` is what came of that. */
  | { readonly is: 'known'; readonly revision: number }
  | { readonly is: 'saved'; readonly record: Demonstration; readonly revision: number }
  /** Somebody else has written meanwhile, or it is no draft any more: the text needs a place of its own. */
  | { readonly is: 'aside' }

/** Pages that are remembered, newest last. More than anybody has open; each takes some 60 bytes. */
const PAGES = 8

export function judgeSave(record: Demonstration, { base, tab, nth, at, messages }: Attempt): Verdict {
  const { saves = [], revision: now = 0 } = record
  const known = saves.find((save) => save.tab === tab)
  if (known !== undefined && nth <= known.nth) return { is: 'known', revision: known.revision }
  // A page whose last answer was lost names an older revision, and nobody but itself has written since.
  const isLast = saves.at(-1)?.tab === tab && saves.at(-1)?.revision === now
  if (record.status !== 'draft' || (base !== now && !isLast)) return { is: 'aside' }
  const revision = now + 1
  return {
    is: 'saved',
    revision,
    record: {
      ...record,
      ...{ messages, changedAt: at, revision },
      saves: [...saves.filter((save) => save.tab !== tab), { tab, nth, revision }].slice(-PAGES),
    },
  }
}
