import { Agent, request } from 'node:http'

const agent = new Agent({ keepAlive: true, maxSockets: 8 })

export interface Answered {
  readonly status: number
  readonly text: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
}

/** Bytes. */
const FAR_TOO_LONG = 100_000

/** Milliseconds. Everything is on this machine. */
const PATIENCE_MS = 15_000

/**
 * Plain HTTP, without what `fetch` mends by itself. An answer that streams is left after its headers.
 * @throws Error when the connection is cut, or nothing is answered.
 */
export function send(
  url: string,
  given: { method: string; path: string; headers?: Record<string, string>; body?: string | Buffer },
): Promise<Answered> {
  const { hostname, port } = new URL(url)
  const { body, ...rest } = given
  return new Promise((resolve, reject) => {
    const call = request({ hostname, port, agent, timeout: PATIENCE_MS, ...rest }, (response) => {
      const { statusCode: status = 0, headers } = response
      if (headers['content-type']?.startsWith('text/event-stream')) {
        response.destroy()
        return resolve({ status, text: '', headers })
      }
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk
      })
      response.on('end', () => resolve({ status, text, headers }))
    })
    call.on('timeout', () => call.destroy(new Error(`No answer within ${PATIENCE_MS} ms.`)))
    call.on('error', (error: NodeJS.ErrnoException) => {
      const isCut = error.code === 'ECONNRESET' || error.code === 'EPIPE'
      // A server may end a connection that rests just when it is used again; that request has not reached it.
      if (isCut && call.reusedSocket) resolve(send(url, given))
      // What is far too long is refused before it has arrived; whether the answer is still read is luck.
      else if (isCut && (body?.length ?? 0) > FAR_TOO_LONG) resolve({ status: 413, text: '', headers: {} })
      else reject(error)
    })
    call.end(body)
  })
}
