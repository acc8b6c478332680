import { open } from 'node:fs/promises'
import { undefinedIfMissing } from '#core/learning/files.ts'

const CHUNK_BYTES = 65_536
const NEWLINE = 0x0a

/** The lines of a file that grows: each call gives those that are whole and new. */
export class Tail {
  readonly #path: string
  /** Everything before it was given, or is in `#rest`. */
  #offset = 0
  /** The file that was read: after a resume another one may stand in its place, and is read from its beginning. */
  #inode: number | undefined
  /** The beginning of a line whose end is not written yet. */
  #rest: Buffer = Buffer.alloc(0)

  constructor(path: string) {
    this.#path = path
  }

  /** A file that is not there yet has no lines. */
  async *lines(): AsyncGenerator<string> {
    const file = await open(this.#path).catch(undefinedIfMissing)
    if (file === undefined) return
    try {
      const { ino } = await file.stat()
      if (this.#inode !== undefined && this.#inode !== ino) {
        this.#offset = 0
        this.#rest = Buffer.alloc(0)
      }
      this.#inode = ino
      for (;;) {
        const { bytesRead, buffer } = await file.read(Buffer.alloc(CHUNK_BYTES), 0, CHUNK_BYTES, this.#offset)
        if (bytesRead === 0) return
        this.#offset += bytesRead
        this.#rest = Buffer.concat([this.#rest, buffer.subarray(0, bytesRead)])
        for (let end = this.#rest.indexOf(NEWLINE); end >= 0; end = this.#rest.indexOf(NEWLINE)) {
          const line = this.#rest.toString('utf8', 0, end)
          this.#rest = this.#rest.subarray(end + 1)
          yield line
        }
      }
    } finally {
      await file.close()
    }
  }
}
