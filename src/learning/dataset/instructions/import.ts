/**
 * Instruction data of others, as dialogues of ours: the announcement mixed its dialogues with InstructGPT's dataset
 * "transformed into a dialogue format". Kept as demonstrations under their licence (rules F4, S1); a dataset takes as
 * much of them as `--mix` says.
 */
import type { Demonstration, Demonstrations } from '#core/feedback/demonstrations.ts'
import { recordId } from '#core/feedback/record-id.ts'
import { DatasetError, type Turn } from '../dataset.ts'
import type { Guarded } from '../guard.ts'
import { NOBODY } from '../sources/demonstrations.ts'
import { readRows } from './read.ts'
import { dialogueOf } from './row.ts'

/** Who mends a file needs a few examples, not all. */
const SHOWN_PROBLEMS = 3
/** As SPDX writes them: `MIT`, `CC-BY-SA-4.0`. No spaces, since it becomes part of a name. */
const LICENCE = /^[A-Za-z0-9][\w.+-]*$/u

export interface Imported {
  readonly rows: number
  /** Of these, rows that were there already. */
  readonly known: number
}

/**
 * Reads the file twice: nothing is kept of one with a row that cannot be read.
 *
 * @param at milliseconds since the epoch
 * @throws DatasetError with the first bad rows by line, when the licence has no name, or the file cannot be read.
 */
export async function importInstructions(
  { path, licence, at }: { readonly path: string; readonly licence: string; readonly at: number },
  demonstrations: Demonstrations,
): Promise<Imported> {
  if (!LICENCE.test(licence))
    throw new DatasetError(
      `${licence === '' ? 'No licence is named' : `"${licence}" does not name a licence`}. Give its short name: --licence CC-BY-4.0. Data without a licence may not be used.`,
    )
  await refuseBadRows(path)
  const known = await importedNames(demonstrations)
  let [rows, again] = [0, 0]
  for await (const { turns } of dialoguesIn(path)) {
    const record = recordOf(turns, licence, at)
    rows += 1
    if (known.has(nameOf(record.id))) again += 1
    else await demonstrations.put(record)
    known.add(nameOf(record.id))
  }
  return { rows, known: again }
}

/** The same file as rows that no dataset may know. @throws DatasetError */
export async function heldOutRows(path: string): Promise<readonly Guarded[]> {
  await refuseBadRows(path)
  const rows: Guarded[] = []
  for await (const { line, turns } of dialoguesIn(path))
    rows.push({
      ...{ name: `${path} line ${line}`, split: 'held out', thread: undefined, people: [] },
      ...{ prompt: turns.slice(0, -1), answers: [turns.at(-1)?.content ?? ''] },
    })
  return rows
}

async function refuseBadRows(path: string): Promise<void> {
  const problems: string[] = []
  let bad = 0
  for await (const row of readRows(path)) {
    const problem = 'problem' in row ? row.problem : dialogueOf(row.value)
    if (typeof problem !== 'string') continue
    bad += 1
    if (bad <= SHOWN_PROBLEMS) problems.push(`- line ${row.line} ${problem}.`)
  }
  if (bad === 0) return
  const others = bad > SHOWN_PROBLEMS ? [`- and ${bad - SHOWN_PROBLEMS} more.`] : []
  throw new DatasetError(
    [
      `${path} has ${bad} bad ${bad === 1 ? 'row' : 'rows'}; nothing was imported:`,
      ...problems,
      ...others,
    ].join('\n'),
  )
}

/** Of a file that was checked. */
async function* dialoguesIn(path: string): AsyncGenerator<{ line: number; turns: readonly Turn[] }> {
  for await (const row of readRows(path)) {
    const turns = 'problem' in row ? row.problem : dialogueOf(row.value)
    if (typeof turns === 'string')
      throw new DatasetError(`${path} changed while it was read. Import it again.`)
    yield { line: row.line, turns }
  }
}

const recordOf = (turns: readonly Turn[], licence: string, at: number): Demonstration => ({
  schema: 1,
  id: recordId(at, JSON.stringify([licence, turns])),
  at,
  provenance: `import:${licence}`,
  messages: turns,
  trainer: NOBODY,
  status: 'reviewed',
  speakers: [],
})

/** The part of an id that does not depend on the time: the same row imported again has the same. */
const nameOf = (id: string): string => id.slice(id.indexOf('-') + 1)

/** Held in memory: about 100 bytes a row. */
async function importedNames(demonstrations: Demonstrations): Promise<Set<string>> {
  const names = new Set<string>()
  for await (const { id, provenance } of demonstrations.all())
    if (provenance.startsWith('import:')) names.add(nameOf(id))
  return names
}
