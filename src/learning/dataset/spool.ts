import { closeSync, openSync, readSync, writeSync } from 'node:fs'
import { type Example, example } from './example.ts'

/** What is held in memory of an example on disk. */
export interface Spooled {
  readonly offset: number
  readonly bytes: number
  readonly at: number
  readonly record: string
  readonly is: Example['is']
}

/**
 * Admitted examples in a file of their own while a dataset is built: written one after the other, read in any order.
 * Memory holds about 100 bytes an example.
 */
export class Spool {
  readonly #file: number
  #end = 0

  /** @param path is made, and is the caller's to take away. */
  constructor(path: string) {
    this.#file = openSync(path, 'wx+', 0o600)
  }

  add(entry: Example): Spooled {
    const line = Buffer.from(JSON.stringify(entry))
    writeSync(this.#file, line, 0, line.length, this.#end)
    const spooled = {
      offset: this.#end,
      bytes: line.length,
      at: entry.at,
      record: entry.record,
      is: entry.is,
    }
    this.#end += line.length
    return spooled
  }

  read({ offset, bytes }: Pick<Spooled, 'offset' | 'bytes'>): Example {
    const line = Buffer.alloc(bytes)
    readSync(this.#file, line, 0, bytes, offset)
    return example.parse(JSON.parse(line.toString()))
  }

  close(): void {
    closeSync(this.#file)
  }
}

/** Oldest first; what came at the same time in the order of the records' names. */
export const inOrder = (one: Spooled, other: Spooled): number =>
  one.at - other.at || compare(one.record, other.record) || compare(one.is, other.is)

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0)
