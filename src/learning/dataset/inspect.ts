import { readdir, stat } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type * as z from 'zod'
import { reasonOf } from '#core/errors.ts'
import { SPLITS } from './dataset.ts'
import { promptHash } from './example.ts'
import { contentsOf, FORMATS, type Row } from './formats.ts'
import { type Guarded, LeakGuard } from './guard.ts'
import { readLines, sha256, sha256OfFile } from './lines.ts'
import { type FileEntry, type Lineage, lineageSchema, MANIFEST, type Manifest } from './manifest.ts'

/** The most that is said of one directory: who reads 20 has enough to begin with. */
const MOST_PROBLEMS = 20

/**
 * Everything about a dataset that can be checked from its files: a build checks its own output with it before the
 * directory appears, `verify` any directory later. One sentence a problem, with file and line.
 *
 * @param heldOut rows that no split may know, for example somebody's evaluation set.
 */
export async function inspect(
  directory: string,
  manifest: Manifest,
  heldOut: Iterable<Guarded> = [],
): Promise<readonly string[]> {
  const problems: string[] = []
  const guard = new LeakGuard(manifest.split.byPerson)
  const say = (problem: string | undefined): void => {
    if (problem !== undefined) problems.push(problem)
  }
  for (const row of heldOut) say(guard.check(row))
  for (const path of await strangers(directory, manifest)) say(`${path} is not in ${MANIFEST}`)
  // The training split last: see LeakGuard.
  for (const split of SPLITS.toReversed())
    for (const file of manifest.files.filter((each) => each.split === split))
      for await (const problem of problemsOf(directory, file, guard)) {
        say(problem)
        if (problems.length >= MOST_PROBLEMS) return [...problems, 'and maybe more: the check stopped here']
      }
  return problems
}

async function* problemsOf(directory: string, file: FileEntry, guard: LeakGuard): AsyncGenerator<string> {
  const missing = await Promise.all([file.path, file.lineage.path].map((path) => absent(directory, path)))
  if (missing.some(Boolean)) {
    yield* missing.filter((problem) => problem !== undefined)
    return
  }
  yield* await changed(directory, file.path, file.sha256)
  yield* await changed(directory, file.lineage.path, file.lineage.sha256)
  let rows = 0
  const lineage = readLines(join(directory, file.lineage.path))
  try {
    for await (const { number, text } of readLines(join(directory, file.path))) {
      rows = number
      const name = `${file.path} line ${number}`
      const origin = parse(lineageSchema, (await lineage.next()).value?.text)
      if ('problem' in origin) yield `${file.lineage.path} line ${number} ${origin.problem}`
      const row = parse<Row>(FORMATS[file.kind], text)
      if ('problem' in row) {
        yield `${name} ${row.problem}`
        continue
      }
      if ('value' in origin) {
        yield* mismatches(name, text, row.value, origin.value)
        const leak = guard.check(guarded(name, file.split, row.value, origin.value))
        if (leak !== undefined) yield leak
      }
    }
    if ((await lineage.next()).done !== true) yield `${file.lineage.path} has more lines than ${file.path}`
  } finally {
    await lineage.return(undefined)
  }
  if (rows !== file.rows) yield `${file.path} has ${rows} rows; ${MANIFEST} says ${file.rows}`
}

function mismatches(name: string, text: string, row: Row, origin: Lineage): readonly string[] {
  if (origin.sha256 !== sha256(text)) return [`${name} is not the row that was written there`]
  return origin.prompt === promptHash(contentsOf(row).prompt)
    ? []
    : [`${name} has another prompt than its lineage says`]
}

const guarded = (name: string, split: FileEntry['split'], row: Row, origin: Lineage): Guarded => ({
  ...{ name, split, thread: origin.thread, people: origin.people },
  ...contentsOf(row),
})

function parse<T>(schema: z.ZodType<T>, text: string | undefined): { value: T } | { problem: string } {
  if (text === undefined) return { problem: 'is missing' }
  try {
    const { data, error } = schema.safeParse(JSON.parse(text))
    if (data !== undefined) return { value: data }
    const [issue] = error?.issues ?? []
    return {
      problem: `is not as its reader wants it: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim(),
    }
  } catch (error) {
    return { problem: `is not JSON, or breaks off: ${reasonOf(error)}` }
  }
}

async function absent(directory: string, path: string): Promise<string | undefined> {
  try {
    return (await stat(join(directory, path))).isFile() ? undefined : `${path} is not a file`
  } catch {
    return `${path} is missing`
  }
}

async function changed(directory: string, path: string, expected: string): Promise<readonly string[]> {
  const found = await sha256OfFile(join(directory, path))
  return found === expected
    ? []
    : [`${path} was changed: its checksum is ${found}, ${MANIFEST} says ${expected}`]
}

/** Files that nobody lists: a trainer that reads the whole directory would take them for rows. */
async function strangers(directory: string, manifest: Manifest): Promise<readonly string[]> {
  const known = new Set(manifest.files.flatMap(({ path, lineage }) => [path, lineage.path]))
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.jsonl') && !known.has(path))
    .toSorted()
}
