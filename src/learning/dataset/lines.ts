import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

export interface Written {
  readonly sha256: string
  readonly rows: number
}

/**
 * A value as one line for every reader: JSON lets two signs stand as they are that Unicode, Python and Node's readline
 * take for the end of a line.
 */
export const lineOf = (value: unknown): string =>
  JSON.stringify(value).replace(/[\u2028\u2029]/gu, (sign) => (sign === '\u2028' ? '\\u2028' : '\\u2029'))

/** Writes one JSON value a line; memory holds none of them. */
export async function writeLines(path: string, values: Iterable<unknown>): Promise<Written> {
  await mkdir(dirname(path), { recursive: true })
  const hash = createHash('sha256')
  let rows = 0
  function* lines(): Generator<string> {
    for (const value of values) {
      const line = `${lineOf(value)}\n`
      hash.update(line)
      rows += 1
      yield line
    }
  }
  await pipeline(lines(), createWriteStream(path))
  return { sha256: hash.digest('hex'), rows }
}

export interface Line {
  /** From 1, as editors count. */
  readonly number: number
  readonly text: string
}

/** The lines of a file, one at a time; `\n` and `\r\n` end one, and nothing else does. */
export async function* readLines(path: string): AsyncGenerator<Line> {
  let number = 0
  let rest = ''
  for await (const chunk of createReadStream(path, 'utf8')) {
    const lines = `${rest}${chunk}`.split('\n')
    rest = lines.pop() ?? ''
    for (const text of lines) yield { number: ++number, text: text.replace(/\r$/u, '') }
  }
  if (rest !== '') yield { number: ++number, text: rest }
}

/** Of the whole file, byte by byte. */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const bytes of createReadStream(path)) hash.update(bytes)
  return hash.digest('hex')
}
