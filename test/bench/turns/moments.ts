/**
 * Loaded before Parley when latency is looked at: notes when the first event of each question reached the process,
 * before anything of Parley's has run, and writes it to the file `BENCH_MOMENTS` when told to end. Questions name
 * themselves by `#` and a number; times are nanoseconds on the machine's clock.
 */
import { subscribe } from 'node:diagnostics_channel'
import { writeFileSync } from 'node:fs'
import { IncomingMessage } from 'node:http'

const QUESTION = /in this\? #(\d+)/
const moments = new Map<string, string>()

subscribe('http.server.request.start', (message) => {
  const at = process.hrtime.bigint()
  const request = typeof message === 'object' && message !== null && 'request' in message && message.request
  if (!(request instanceof IncomingMessage)) return
  // Whoever serves it reads along, from the same moment on.
  request.on('data', (chunk: Buffer) => {
    const question = QUESTION.exec(chunk.toString())?.[1]
    if (question !== undefined && !moments.has(question)) moments.set(question, String(at))
  })
})

// At once: nobody waits here for the answers that are still being written.
process.once('SIGTERM', () => {
  writeFileSync(process.env.BENCH_MOMENTS ?? '/dev/null', JSON.stringify([...moments]))
  process.exit()
})
