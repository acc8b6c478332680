import type { IncomingHttpHeaders } from 'node:http'
import type { FetchFunction } from '@slack/web-api'
import { call, textOf } from '#core/call.ts'

/** Slack's own addresses never move; what answers with another address is not Slack. */
const isMoved = (status: number): boolean => status >= 300 && status < 400

/**
 * What the SDK needs of `fetch`, for a third of its cost: every answer of ours takes several calls. Files go another
 * way (`forms/api.ts`).
 *
 * @throws the signal's reason when it is aborted; an Error when there is no whole answer.
 */
export const quickFetch: FetchFunction = async (url, init = {}) => {
  const { method = 'GET', headers = {}, body, signal } = init
  if (typeof body === 'object') return fetch(url, { ...init, signal: signal ?? null })
  const address = String(url)
  const answer = await call(address, { method, headers, body, signal })
  const text = await textOf(answer)
  const { statusCode: status = 0, statusMessage: statusText = '' } = answer
  if (isMoved(status)) throw new Error(`${new URL(address).host} answered with another address`)
  return {
    ok: status >= 200 && status < 300,
    status,
    statusText,
    url: address,
    headers: headersOf(answer.headers),
    text: async () => text,
    json: async () => JSON.parse(text),
    arrayBuffer: async () => new TextEncoder().encode(text).buffer,
  }
}

/** Read where they are: Node has them by their names in small letters, and the SDK asks for four of them. */
const headersOf = (headers: IncomingHttpHeaders): Awaited<ReturnType<FetchFunction>>['headers'] => ({
  get: (name) => headers[name.toLowerCase()]?.toString() ?? null,
  entries: () => Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]),
})
