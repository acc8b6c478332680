/**
 * Autosave: what is typed in any window of the trainer is kept (rules F1, S2). A save that must not be written over
 * what stands there gets a dialogue of its own, the same for every delivery.
 */
import type { Pseudonyms } from '#core/safety/pseudonyms.ts'
import type { Save, Saved, TypedTurn } from '../console-desk.ts'
import type { Demonstration } from '../demonstrations.ts'
import { recordId } from '../record-id.ts'
import { type Dialogues, emptyDraft } from './dialogues.ts'
import { tooMuch } from './faults.ts'
import { type Attempt, judgeSave, NEVER, type Verdict } from './saving.ts'
import { CONSOLE_SAYINGS } from './sayings.ts'
import type { Suggestion, Suggestions } from './suggestions.ts'
import { messagesOf } from './turns.ts'

export interface SaveDeps {
  readonly dialogues: Dialogues
  readonly suggestions: Suggestions
  readonly pseudonyms: Pseudonyms
}

export async function save(
  { dialogue, by, at, base, tab, nth, isVersion, ...script }: Save,
  deps: SaveDeps,
): Promise<Saved> {
  const fault = tooMuch(script)
  if (fault !== undefined) return no(fault)
  const { dialogues } = deps
  const trainer = deps.pseudonyms.of(by)
  const messages = messagesOf(script, await suggested(script.turns, trainer, deps))
  const attempt = { base, tab, nth, at, messages }
  const { record, verdict } = await dialogues.alone(dialogue, async () => {
    const record = await dialogues.owned(dialogue, by)
    const verdict: Verdict = record === undefined ? { is: 'aside' } : judgeSave(record, attempt)
    if (verdict.is === 'saved') await dialogues.put(verdict.record)
    return { record, verdict }
  })
  if (verdict.is !== 'aside') return { ok: true, dialogue, ...told(verdict) }
  if (record === undefined && isVersion) return no(CONSOLE_SAYINGS.versionGone)
  if (record === undefined) {
    const gone = emptyDraft(dialogue, begunAt(dialogue), trainer)
    return saveAside(gone, attempt, CONSOLE_SAYINGS.copiedGone, deps)
  }
  const why = record.status === 'draft' ? CONSOLE_SAYINGS.copied : CONSOLE_SAYINGS.copiedDone
  return saveAside(record, attempt, why, deps)
}

async function saveAside(from: Demonstration, attempt: Attempt, say: string, deps: SaveDeps): Promise<Saved> {
  const { dialogues } = deps
  const fresh = besides(from, attempt)
  const saved = await dialogues.alone(fresh.id, async () => {
    const record = await dialogues.find(fresh.id)
    // The revision that the page names is one of another dialogue.
    const base = record === undefined ? 0 : NEVER
    const verdict = judgeSave(record ?? fresh, { ...attempt, base })
    if (verdict.is === 'saved') await dialogues.put(verdict.record)
    return verdict
  })
  // Somebody has gone on there meanwhile: one step further aside.
  if (saved.is === 'aside') return saveAside(fresh, attempt, say, deps)
  return { ok: true, dialogue: fresh.id, say, ...told(saved) }
}

const told = ({ is, revision }: Exclude<Verdict, { readonly is: 'aside' }>) =>
  is === 'known' ? ({ revision, known: true } as const) : { revision }

/** An empty dialogue beside another one, with whoever's words may be in it. */
function besides({ id, at, trainer, speakers, versionOf }: Demonstration, { tab, base }: Attempt) {
  const fresh = emptyDraft(recordId(at, `console/aside/${id}/${tab}/${base}`), at, trainer)
  return { ...fresh, speakers, ...(versionOf === undefined ? {} : { versionOf }) }
}

/** Those of the trainer's suggestions that the turns say they began with. */
async function suggested(
  turns: readonly TypedTurn[],
  trainer: string,
  { suggestions }: SaveDeps,
): Promise<ReadonlyMap<string, Suggestion>> {
  const ids = new Set(turns.flatMap(({ suggestion }) => (suggestion === undefined ? [] : [suggestion.id])))
  const known = new Map<string, Suggestion>()
  for (const id of ids) {
    const found = await suggestions.get(id)
    if (found?.trainer === trainer) known.set(id, found)
  }
  return known
}

/** When a dialogue was begun, by its name. */
const begunAt = (id: string): number => Number.parseInt(id, 10)

const no = (say: string): Saved => ({ ok: false, say })
