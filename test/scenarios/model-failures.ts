import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { systemClock } from '#core/clock.ts'
import { chooseModel } from '#core/model/choose.ts'
import type { LanguageModel } from '#core/model/model.ts'

/** Short, so that silence is noticed within a test; real ones are half a minute. */
const PATIENCE_MS = 300

const chunk = (content: string) =>
  `data: ${JSON.stringify({ id: '1', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta: { content }, finish_reason: null }] })}\n\n`

const beginStream: RequestListener = (_request, response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.write(chunk('The first half'))
}

const refusing =
  (status: number, code: string): RequestListener =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ error: { message: 'vendor detail', type: code, code } }))
  }

/** What a model server does wrong, by the name of it. Of `down` there is nothing at all. */
export const FAULTS: Readonly<Record<string, RequestListener | undefined>> = {
  down: undefined,
  '401': refusing(401, 'invalid_api_key'),
  '429': refusing(429, 'rate_limit_exceeded'),
  'no credit': refusing(429, 'insufficient_quota'),
  '500': refusing(500, 'server_error'),
  'cut mid-stream': (request, response) => {
    beginStream(request, response)
    setImmediate(() => response.destroy())
  },
  'ended mid-stream': (request, response) => {
    beginStream(request, response)
    response.end()
  },
  'silent mid-stream': beginStream,
  'HTML instead of a stream': (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' })
    response.end('<html><body>Gateway</body></html>')
  },
}

/** A model server that does one thing wrong, and the model that Parley makes of it. */
export async function faultyModel(fault: RequestListener | undefined): Promise<{
  readonly model: LanguageModel
  close(): Promise<void>
}> {
  const server = createServer(fault)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  if (fault === undefined) await close(server)
  const model = await chooseModel(
    {
      models: ['some-model'],
      apiKey: 'secret-key',
      baseUrl: `http://127.0.0.1:${port}/v1`,
      wire: 'auto',
      firstByteMs: PATIENCE_MS,
      idleMs: PATIENCE_MS,
      sampling: {},
      modelsDir: 'none',
    },
    { clock: { ...systemClock, sleep: async () => {} }, fetch },
  )
  return { model, close: () => close(server) }
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections()
  await new Promise<void>((resolve) => server.close(() => resolve()))
}
