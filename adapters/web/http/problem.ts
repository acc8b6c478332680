import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { Problem } from '../protocol.ts'

/** The request cannot be served, and the message says what to do about it. Becomes the answer (rule S6). */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem'
  readonly status: ContentfulStatusCode
  readonly field: string | undefined
  /** Seconds. */
  readonly retryAfter: number | undefined

  constructor(
    status: ContentfulStatusCode,
    message: string,
    more: { field?: string; retryAfter?: number } = {},
  ) {
    super(message)
    this.status = status
    this.field = more.field
    this.retryAfter = more.retryAfter
  }
}

export function answerProblem(c: Context, { status, message, field, retryAfter }: HttpProblem): Response {
  if (retryAfter !== undefined) c.header('retry-after', String(retryAfter))
  const problem: Problem = { error: field === undefined ? { message } : { message, field } }
  return c.json(problem, status)
}

export const noThread = (): HttpProblem =>
  new HttpProblem(404, 'thread: there is no such thread', { field: 'thread' })

export const noReply = (): HttpProblem =>
  new HttpProblem(404, 'This answer can no longer be found.', { field: 'reply' })

export const noMessage = (): HttpProblem =>
  new HttpProblem(404, 'message: there is no such message', { field: 'message' })
