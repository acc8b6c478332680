/** Events and interactions over HTTP, signed as the platform signs them. */
import { createHmac } from 'node:crypto'
import type { Answer, Outgoing, Retry, Transport } from './deliveries.ts'
import { type Json, parseJson } from './json.ts'

/** Exactly these: Bolt compares the content type with `===`, and a `charset` makes it a 400. */
const CONTENT_TYPE = { json: 'application/json', form: 'application/x-www-form-urlencoded' } as const

/** Headers of a genuine request. `at` is Unix seconds of real time, because receivers compare it with theirs. */
export function signedHeaders(signingSecret: string, body: string, at: number): Record<string, string> {
  const signature = createHmac('sha256', signingSecret).update(`v0:${at}:${body}`).digest('hex')
  return {
    'content-type': body.startsWith('{') ? CONTENT_TYPE.json : CONTENT_TYPE.form,
    'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
    'x-slack-request-timestamp': String(at),
    'x-slack-signature': `v0=${signature}`,
  }
}

export const nowInSeconds = (): number => Math.trunc(Date.now() / 1_000)

export function httpDelivery(url: () => string, signingSecret: string): Transport {
  return {
    name: 'http',
    async send(outgoing, retry, late) {
      const body = bodyOf(outgoing)
      const headers = {
        ...signedHeaders(signingSecret, body, nowInSeconds()),
        ...(retry === undefined ? {} : retryHeaders(retry)),
      }
      try {
        const response = await fetch(url(), {
          method: 'POST',
          headers,
          body,
          signal: late,
          redirect: 'manual',
        })
        return answerOf(response, await response.text())
      } catch (thrown) {
        if (late.aborted) return { acknowledged: false, result: 'timeout', reason: 'http_timeout' }
        if (thrown instanceof TypeError) {
          return { acknowledged: false, result: 'no connection', reason: 'connection_failed' }
        }
        throw thrown
      }
    },
  }
}

function answerOf(response: Response, text: string): Answer {
  const noRetry = response.headers.get('x-slack-no-retry') === '1'
  const result = String(response.status)
  if (!response.ok) return { acknowledged: false, result, reason: 'http_error', noRetry }
  return { acknowledged: true, result, response: text === '' ? undefined : (parseJson(text) ?? text) }
}

function bodyOf({ kind, payload }: Outgoing): string {
  if (kind === 'event') return JSON.stringify(payload)
  if (kind === 'interactive') return new URLSearchParams({ payload: JSON.stringify(payload) }).toString()
  return new URLSearchParams(flat(payload)).toString()
}

/** A slash command is a plain form. */
const flat = (payload: Json): Record<string, string> =>
  Object.fromEntries(Object.entries(payload).map(([name, value]) => [name, String(value)]))

const retryHeaders = ({ number, reason }: Retry): Record<string, string> => ({
  'x-slack-retry-num': String(number),
  'x-slack-retry-reason': reason,
})
