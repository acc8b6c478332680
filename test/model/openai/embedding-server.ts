import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'

export interface Asked {
  readonly authorization: string | undefined
  readonly body: { readonly model: string; readonly input: readonly string[]; readonly dimensions?: number }
}

export interface EmbeddingServerOptions {
  readonly dimensions: number
  /** Instead of points; undefined answers as usual. `never` keeps the line open. */
  readonly answer?: (
    asked: Asked,
    nth: number,
  ) =>
    | { readonly status: number; readonly headers?: Record<string, string>; readonly body: unknown }
    | 'never'
    | undefined
}

/** A server on this machine that embeds: the point of a text follows from its letters. The newest text comes first. */
export async function embeddingServer({ dimensions, answer }: EmbeddingServerOptions) {
  const seen: Asked[] = []
  const server = createServer(async (request, response) => {
    const asked = await read(request)
    seen.push(asked)
    const other = answer?.(asked, seen.length)
    if (other === 'never') return
    const data = asked.body.input.map((each, index) => ({
      ...{ object: 'embedding', index },
      embedding: pointOf(each, asked.body.dimensions ?? dimensions),
    }))
    response.writeHead(other?.status ?? 200, { 'content-type': 'application/json', ...other?.headers })
    response.end(
      JSON.stringify(other?.body ?? { object: 'list', model: asked.body.model, data: data.toReversed() }),
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  return {
    seen,
    baseUrl: `http://127.0.0.1:${port}/v1`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Of no length in particular. */
export const pointOf = (text: string, dimensions: number): readonly number[] =>
  Array.from({ length: dimensions }, (_, nth) => {
    const letter = text.charCodeAt(nth % Math.max(1, text.length)) || 1
    return Math.sin(letter * (nth + 1) + text.length)
  })

async function read(request: IncomingMessage): Promise<Asked> {
  const { authorization } = request.headers
  return { authorization, body: JSON.parse(await text(request)) }
}
