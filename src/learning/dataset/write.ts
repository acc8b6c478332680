import { join } from 'node:path'
import type { Placed } from './arrange.ts'
import { lot } from './chance.ts'
import type { Choice } from './choose.ts'
import { type Kind, SPLITS, type Split } from './dataset.ts'
import { type Example, SOURCES, type Source } from './example.ts'
import { FORMATS, type Row } from './formats.ts'
import { lineOf, sha256, writeLines } from './lines.ts'
import type { FileEntry, Lineage } from './manifest.ts'
import { type RowOptions, rowsOf } from './rows.ts'

export interface KindStats {
  readonly kind: Kind
  readonly files: readonly FileEntry[]
  readonly rows: readonly { kind: Kind; split: Split; source: Source; rows: number }[]
  readonly longest: number
  readonly mean: number
  readonly good: number
  readonly bad: number
}

export type Taken = Choice & Placed

/**
 * Writes one kind: a file a split that has rows, and a lineage file beside it with a line for each row. Rows are
 * shuffled by the seed, those of one example too (rule L5). Every row is checked against the consumer's format.
 *
 * @param read the nth example, once more.
 */
export async function writeKind(
  directory: string,
  kind: Kind,
  taken: readonly Taken[],
  options: RowOptions,
  read: (nth: number) => Example,
): Promise<KindStats> {
  const files: FileEntry[] = []
  const sources = new Map<string, number>()
  let [longest, characters, count, good, bad] = [0, 0, 0, 0, 0]
  for (const split of SPLITS) {
    const places = placesOf(taken.filter((each) => each.split === split))
    if (places.length === 0) continue
    const row = ({ choice, nth }: Place): { readonly example: Example; readonly row: Row } => {
      const example = read(choice.nth)
      return { example, row: FORMATS[kind].parse(rowsOf(kind, example, options)[nth]) }
    }
    const path = `${kind}/${split}.jsonl`
    const lineagePath = `lineage/${path}`
    const written = await writeLines(
      join(directory, path),
      each(places, (place) => row(place).row),
    )
    const lineage = await writeLines(
      join(directory, lineagePath),
      each(places, (place) => {
        const { example, row: made } = row(place)
        const text = lineOf(made)
        const key = `${split}/${example.source}`
        sources.set(key, (sources.get(key) ?? 0) + 1)
        longest = Math.max(longest, text.length)
        characters += text.length
        count += 1
        if ('label' in made && made.label === true) good += 1
        if ('label' in made && made.label === false) bad += 1
        return lineageOf(example, place.choice, text)
      }),
    )
    files.push({ kind, split, path, ...written, lineage: { path: lineagePath, ...lineage } })
  }
  const rows = SPLITS.flatMap((split) =>
    SOURCES.flatMap((source) => {
      const found = sources.get(`${split}/${source}`)
      return found === undefined ? [] : [{ kind, split, source, rows: found }]
    }),
  )
  return { kind, files, rows, longest, mean: count === 0 ? 0 : Math.round(characters / count), good, bad }

  function placesOf(choices: readonly Taken[]): readonly Place[] {
    const places = choices.flatMap((choice) =>
      rowsOf(kind, read(choice.nth), options).map((_, nth) => ({
        ...{ choice, nth },
        lot: lot(options.seed, `${kind}/${choice.record}/${nth}`),
      })),
    )
    return places.toSorted((a, b) => (a.lot < b.lot ? -1 : 1))
  }
}

/** The nth row of an example. */
interface Place {
  readonly choice: Taken
  readonly nth: number
  readonly lot: string
}

function* each<In, Out>(values: Iterable<In>, of: (value: In) => Out): Generator<Out> {
  for (const value of values) yield of(value)
}

const lineageOf = (example: Example, { prompt }: Taken, text: string): Lineage => ({
  sha256: sha256(text),
  ...{ record: example.record, source: example.source, at: example.at, provenance: example.provenance },
  ...{ thread: example.thread, people: example.people, prompt, made: example.made },
})
