/** A model on loopback that answers by `words.ts`, a few words at a time. Speaks Chat Completions. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text as readText } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { answerTo, type Token, tokensIn } from './words.ts'

export interface ChaosModel {
  /** For OPENAI_BASE_URL. */
  readonly url: string
  readonly asked: number
  /** The next answer begins so much later. */
  slowDown(ms: number): void
  close(): Promise<void>
}

const requestSchema = z.object({
  messages: z.array(z.object({ role: z.string(), content: z.string() })),
})

/** An answer is told in so many pieces, with so long between two of them. */
const PIECES = 5
const SLOWEST_GAP_MS = 120

/** @param onAsked told which questions the model is asked, each time. */
export async function startModel(onAsked: (tokens: readonly Token[]) => void): Promise<ChaosModel> {
  let asked = 0
  let delayMs = 0
  const server = createServer((request, response) => {
    answer(request, response).catch((thrown: unknown) => response.destroy(thrown as Error))
  })

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readText(request)
    const { messages } = requestSchema.parse(JSON.parse(body))
    const since = messages.slice(messages.findLastIndex(({ role }) => role === 'assistant') + 1)
    const tokens = tokensIn(
      since
        .filter(({ role }) => role === 'user')
        .map(({ content }) => content)
        .join('\n'),
    )
    asked += 1
    onAsked(tokens)
    const waitMs = delayMs
    delayMs = 0
    await pause(waitMs)
    await tell(response, answerTo(tokens))
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    get asked() {
      return asked
    },
    slowDown: (ms) => {
      delayMs = ms
    },
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function tell(response: ServerResponse, text: string): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const size = Math.ceil(text.length / PIECES)
  for (let at = 0; at < text.length && !response.destroyed; at += size) {
    send(response, { delta: { content: text.slice(at, at + size) }, finish_reason: null })
    // Not drawn: how long an answer takes belongs to the answer.
    await pause((text.length * 7 + at) % SLOWEST_GAP_MS)
  }
  send(response, { delta: {}, finish_reason: 'stop' })
  response.end('data: [DONE]\n\n')
}

function send(response: ServerResponse, choice: object): void {
  const chunk = { id: 'chaos', object: 'chat.completion.chunk', created: 0, model: 'chaos' }
  response.write(`data: ${JSON.stringify({ ...chunk, choices: [{ index: 0, ...choice }] })}\n\n`)
}
