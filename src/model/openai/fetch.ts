import type { IncomingMessage } from 'node:http'
import { call } from '#core/call.ts'

/** An answer with one of these has no body. */
const BODILESS = new Set([204, 205, 304])

/**
 * What the SDK needs of `fetch` to ask a model, for half of its cost. What is no plain question, or is sent on to
 * another address, goes by `fetch` itself.
 *
 * @throws the signal's reason when it is aborted; an Error when nobody answers.
 */
export const quickFetch: typeof fetch = async (url, init = {}) => {
  const { method = 'GET', headers, body, signal } = init
  if (typeof body !== 'string' || typeof url !== 'string') return fetch(url, init)
  const asked = {
    method,
    // The SDK's own are not copied first: reading them out is copy enough.
    headers: Object.fromEntries(headers instanceof Headers ? headers : new Headers(headers)),
    body,
    signal: signal ?? undefined,
  }
  const answer = await call(url, asked)
  const { statusCode: status = 0, statusMessage: statusText = '' } = answer
  if (status >= 300 && status < 400) {
    answer.destroy()
    return fetch(url, init)
  }
  const named = Object.entries(answer.headers).map(([name, value]): [string, string] => [name, String(value)])
  return new Response(BODILESS.has(status) ? null : streamOf(answer), { status, statusText, headers: named })
}

/** Bytes as they come; not asked for while nobody reads them. */
function streamOf(answer: IncomingMessage): ReadableStream<Uint8Array> {
  // Bytes and the end may already be on their way when somebody stops reading: by then there is nothing to put them in.
  let isRead = true
  return new ReadableStream({
    start: (stream) => {
      answer.on('data', (bytes: Buffer) => {
        if (!isRead) return
        stream.enqueue(bytes)
        if ((stream.desiredSize ?? 0) <= 0) answer.pause()
      })
      answer.once('end', () => {
        if (isRead) stream.close()
      })
      answer.on('error', (error) => {
        isRead = false
        stream.error(error)
      })
    },
    pull: () => void answer.resume(),
    cancel: () => {
      isRead = false
      answer.destroy()
    },
  })
}
