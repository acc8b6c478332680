import { open, readFile, stat } from 'node:fs/promises'
import { reasonOf } from '#core/errors.ts'
import { DatasetError } from '../dataset.ts'
import { readLines } from '../lines.ts'

/** A row of a file, with the line on which it begins; or why that line is none. */
export type FileRow = { readonly line: number } & ({ readonly value: unknown } | { readonly problem: string })

/** Bytes. JSON Lines are read one at a time and may be of any size; everything else is held whole. */
const LARGEST_WHOLE = 256 * 2 ** 20
const PEEK_BYTES = 64 * 1_024
/** A line of nothing but dashes or equals signs stands between two texts. */
const BETWEEN = /^\s*(-{3,}|={3,})\s*$/u

/**
 * The rows of a file of instruction data: JSON Lines, a JSON array (or an object that has one), or text with `Q:` and
 * `A:`, told apart by how they begin.
 *
 * @throws DatasetError when the file cannot be read, is empty, or is too large to be held.
 */
export async function* readRows(path: string): AsyncGenerator<FileRow> {
  const beginning = await peek(path)
  const start = beginning.trimStart().charAt(0)
  if (start === '') throw new DatasetError(`${path} is empty. Give a file with at least one row.`)
  if (start === '[') {
    const text = await whole(path)
    yield* arrayRows(path, parsed(text), text)
  } else if (start !== '{') yield* texts(await whole(path))
  else if (isJsonLines(beginning)) yield* jsonLines(path)
  else {
    const text = await whole(path)
    const found = parsed(text)
    // Neither its first line nor all of it is JSON: rows, of which the first is broken.
    if ('problem' in found) yield* jsonLines(path)
    else yield* arrayRows(path, found, text)
  }
}

async function* jsonLines(path: string): AsyncGenerator<FileRow> {
  for await (const { number, text } of readLines(path))
    if (text.trim() !== '') yield { line: number, ...parsed(text) }
}

/** A first line that is longer than what was peeked at is a row too: nobody writes an object over lines that long. */
function isJsonLines(beginning: string): boolean {
  const [first = '', ...others] = beginning.trimStart().split('\n')
  return others.length === 0 ? beginning.length >= PEEK_BYTES / 4 || isJson(first) : isJson(first)
}

const isJson = (text: string): boolean => 'value' in parsed(text)

function* arrayRows(path: string, found: Parsed, text: string): Generator<FileRow> {
  if ('problem' in found) {
    yield { line: 1, problem: found.problem }
    return
  }
  const { value } = found
  const list = Array.isArray(value) ? value : listIn(value)
  if (list === undefined)
    throw new DatasetError(`${path} is JSON without a list of rows. Give an array of rows, or JSON Lines.`)
  const begins = lineOfEach(text)
  for (const [nth, row] of list.entries()) yield { line: begins[nth] ?? 1, value: row }
}

/** `{ "data": [ … ] }`; an object that is itself a row is a list of one. */
function listIn(value: unknown): readonly unknown[] | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  return 'messages' in value || 'instruction' in value ? [value] : Object.values(value).find(Array.isArray)
}

/** The line on which each element of the first list of a JSON text begins. The text is known to be JSON. */
function lineOfEach(text: string): readonly number[] {
  const lines: number[] = []
  let [line, depth, listDepth, isAwaiting] = [1, 0, -1, false]
  for (let at = 0; at < text.length; at += 1) {
    const sign = text.charAt(at)
    if (sign === '\n') line += 1
    if (/\s/u.test(sign)) continue
    if (sign === ']' && depth === listDepth) return lines
    if (isAwaiting && depth === listDepth) {
      lines.push(line)
      isAwaiting = false
    }
    if (sign === '"') at = endOfString(text, at)
    else if (sign === '[' || sign === '{') {
      depth += 1
      if (sign === '[' && listDepth < 0) [listDepth, isAwaiting] = [depth, true]
    } else if (sign === ']' || sign === '}') depth -= 1
    else if (sign === ',' && depth === listDepth) isAwaiting = true
  }
  return lines
}

function endOfString(text: string, start: number): number {
  let at = start + 1
  while (at < text.length && text.charAt(at) !== '"') at += text.charAt(at) === '\\' ? 2 : 1
  return at
}

function* texts(text: string): Generator<FileRow> {
  let [from, lines]: [number, string[]] = [1, []]
  for (const [nth, line] of [...text.split('\n'), '---'].entries()) {
    if (!BETWEEN.test(line)) {
      lines.push(line)
      continue
    }
    const blank = lines.findIndex((each) => each.trim() !== '')
    if (blank >= 0) yield { line: from + blank, value: { text: lines.join('\n') } }
    ;[from, lines] = [nth + 2, []]
  }
}

type Parsed = { readonly value: unknown } | { readonly problem: string }

function parsed(text: string): Parsed {
  try {
    return { value: JSON.parse(text) }
  } catch (error) {
    return { problem: `is not JSON: ${reasonOf(error)}` }
  }
}

async function peek(path: string): Promise<string> {
  const file = await open(path).catch((error: unknown) => {
    throw new DatasetError(`${path} cannot be read: ${reasonOf(error)}.`)
  })
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(PEEK_BYTES), 0, PEEK_BYTES, 0)
    return buffer.toString('utf8', 0, bytesRead).replace(/^\uFEFF/u, '')
  } catch (error) {
    throw new DatasetError(`${path} cannot be read: ${reasonOf(error)}.`)
  } finally {
    await file.close()
  }
}

async function whole(path: string): Promise<string> {
  const { size } = await stat(path)
  if (size > LARGEST_WHOLE)
    throw new DatasetError(
      `${path} has ${size} bytes, and must be held whole, which is done up to ${LARGEST_WHOLE}. Make it JSON Lines: one row a line.`,
    )
  return (await readFile(path, 'utf8')).replace(/^\uFEFF/u, '')
}
