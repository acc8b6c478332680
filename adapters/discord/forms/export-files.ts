/** Below what Discord takes: the request has more in it than the file. */
const SHARE = 0.95

/**
 * Lines put together into files that Discord takes; a line is never cut. Pure.
 *
 * @param limit bytes of a file.
 */
export async function* exportFiles(lines: AsyncIterable<string>, limit: number): AsyncGenerator<Buffer> {
  const most = Math.floor(limit * SHARE)
  let parts: Buffer[] = []
  let size = 0
  for await (const line of lines) {
    const bytes = Buffer.from(line)
    if (size > 0 && size + bytes.length > most) {
      yield Buffer.concat(parts)
      parts = []
      size = 0
    }
    parts.push(bytes)
    size += bytes.length
  }
  if (size > 0) yield Buffer.concat(parts)
}
