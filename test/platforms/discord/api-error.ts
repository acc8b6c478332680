/** Discord's JSON errors, by code. Source: facts page section 6 and the error codes page of the API documentation. */
import type { Json } from './state.ts'

const KNOWN = {
  0: [401, '401: Unauthorized'],
  10003: [404, 'Unknown Channel'],
  10004: [404, 'Unknown Guild'],
  10008: [404, 'Unknown Message'],
  10013: [404, 'Unknown User'],
  10014: [400, 'Unknown Emoji'],
  10015: [404, 'Unknown Webhook'],
  10062: [404, 'Unknown interaction'],
  30010: [400, 'Maximum number of reactions reached (20)'],
  40005: [413, 'Request entity too large'],
  40060: [400, 'Interaction has already been acknowledged.'],
  50001: [403, 'Missing Access'],
  50005: [403, 'Cannot edit a message authored by another user'],
  50006: [400, 'Cannot send an empty message'],
  50007: [403, 'Cannot send messages to this user'],
  50013: [403, 'Missing Permissions'],
  50024: [400, 'Cannot execute action on this channel type'],
  50027: [401, 'Invalid Webhook Token'],
  50041: [400, 'Invalid API version specified'],
  50083: [400, 'Tried to perform an operation on an archived thread'],
  50109: [400, 'The request body contains invalid JSON.'],
  160002: [400, 'Cannot reply without permission to read message history'],
  160004: [400, 'A thread has already been created for this message'],
  160005: [403, 'This thread is locked'],
  160006: [400, 'Maximum number of active threads reached'],
  200000: [400, 'Message was blocked by automatic moderation'],
} as const satisfies Record<number, readonly [status: number, message: string]>

export type KnownCode = keyof typeof KNOWN

/** Discord refuses a request. */
export class ApiError extends Error {
  override readonly name: string = 'ApiError'
  readonly status: number
  readonly code: number

  constructor(status: number, code: number, message: string) {
    super(message)
    this.status = status
    this.code = code
  }

  body(): Json {
    return { message: this.message, code: this.code }
  }
}

export interface FieldProblem {
  readonly path: readonly (string | number)[]
  readonly code: string
  readonly message: string
}

/** 50035, with the problems nested below the fields they are about. */
export class FormError extends ApiError {
  override readonly name = 'FormError'
  readonly #problems: readonly FieldProblem[]

  constructor(problems: readonly FieldProblem[]) {
    super(400, 50035, 'Invalid Form Body')
    this.#problems = problems
  }

  override body(): Json {
    const errors: Record<string, unknown> = {}
    for (const { path, code, message } of this.#problems) {
      let level = errors
      for (const step of path) {
        const below = level[step]
        const next: Record<string, unknown> = isRecord(below) ? below : {}
        level[step] = next
        level = next
      }
      const before: unknown[] = Array.isArray(level._errors) ? level._errors : []
      level._errors = [...before, { code, message }]
    }
    return { ...super.body(), errors }
  }
}

export function refuse(code: KnownCode): never {
  const [status, message] = KNOWN[code]
  throw new ApiError(status, code, message)
}

export function refuseField(path: readonly (string | number)[], code: string, message: string): never {
  throw new FormError([{ path, code, message }])
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
