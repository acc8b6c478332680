/**
 * A model server in a process of its own, so that what it costs is nobody else's. How it answers is the first part of
 * the path: `/quick/v1`, `/slow/v1` and `/held/v1` are base URLs. A question names itself by `#` and a number; when
 * each arrived is told at `/arrivals`.
 */
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { THINKING, THOUGHT_MS } from './thinking.ts'

/** A short answer at the pace of a quick model: three packets of a few words each. */
const QUICK = { packets: 3, pauseMs: 10 }
/**
 * A long one, so that many are in flight at once. A packet a second: Slack bears an append in about as much for each
 * of some replies, and with `roomy.ts` nothing else would hold a hundred replies back from a thousand calls a second.
 */
const SLOW = { packets: 10, pauseMs: 1_000 }
const WORDS = 'All of this is said in words that are plain. '

/** The clock of the machine, in nanoseconds, at the newest request for each question. */
const arrivals = new Map<string, string>()

const server = createServer(async (request, response) => {
  const at = process.hrtime.bigint()
  const [, manner = ''] = (request.url ?? '').split('/')
  if (manner === 'arrivals') return response.end(JSON.stringify([...arrivals]))
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const asked = Buffer.concat(chunks).toString()
  const question = asked.slice(asked.lastIndexOf('#') + 1).match(/^\d+/)?.[0]
  if (question !== undefined) arrivals.set(question, String(at))
  if (asked.includes(THINKING)) await pause(THOUGHT_MS)
  await answer(manner, response)
})

async function answer(manner: string, response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const { packets, pauseMs } = manner === 'slow' ? SLOW : QUICK
  const ends = new AbortController()
  response.on('close', () => ends.abort())
  try {
    for (let packet = 0; packet < packets && !ends.signal.aborted; packet += 1) {
      if (packet > 0) await pause(pauseMs, undefined, { signal: ends.signal })
      say(response, { delta: { content: WORDS }, finish_reason: null })
      if (manner === 'held') await once(response, 'close')
    }
    say(response, { delta: {}, finish_reason: 'stop' })
    response.end('data: [DONE]\n\n')
  } catch (error) {
    if (!ends.signal.aborted) throw error
  }
}

function say(response: ServerResponse, choice: object): void {
  const chunk = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'stub' }
  response.write(`data: ${JSON.stringify({ ...chunk, choices: [{ index: 0, ...choice }] })}\n\n`)
}

server.listen(0, '127.0.0.1')
await once(server, 'listening')
const address = server.address()
if (address === null || typeof address === 'string') throw new Error('the server has no port')
process.stdout.write(`http://127.0.0.1:${address.port}\n`)
process.once('SIGTERM', () => process.exit())
