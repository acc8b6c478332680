import { ModelError, type ModelErrorKind } from '../error.ts'
import { field, words } from '../shape.ts'

/** Where an error came from, for its message. Nothing in here is secret. */
export interface Asked {
  readonly host: string
  readonly model: string
}

/**
 * Turns anything the SDK throws into one `ModelError` (rule M1).
 *
 * It goes by the value's shape rather than by the SDK's classes, because the SDK is loaded late. The vendor's sentence
 * is read for its meaning and then dropped: it can hold part of a key or of what a person wrote.
 */
export function classify(thrown: unknown, asked: Asked): ModelError {
  if (thrown instanceof ModelError) return thrown
  const status = field(thrown, 'status')
  if (typeof status === 'number') return refused(thrown, status, asked)
  const name = thrown instanceof Error ? thrown.constructor.name : ''
  if (name === 'APIConnectionTimeoutError') return timedOut(thrown, asked)
  if (name === 'APIConnectionError') {
    const code = causeCode(thrown)
    if (code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_CONNECT_TIMEOUT')
      return timedOut(thrown, asked)
    return new ModelError('network', `${asked.host} cannot be reached${inBrackets(code)}`, {
      code,
      cause: thrown,
    })
  }
  // An error event inside a stream: the SDK makes it an APIError without a status.
  if (field(thrown, 'error') !== undefined) {
    return failedWithin(codeOf(thrown), words(field(thrown, 'message')), asked)
  }
  // A dropped socket (TypeError), broken JSON (SyntaxError), or something nobody foresaw.
  const code = causeCode(thrown)
  return new ModelError('broken_stream', `${asked.host} broke off its answer${inBrackets(code)}`, {
    code,
    cause: thrown,
  })
}

/** The server gave up in the middle of a stream, and said why. */
export function failedWithin(code: string | undefined, said: string | undefined, asked: Asked): ModelError {
  const kind = meaning(`${code} ${said}`) ?? (/rate_limit/i.test(`${code}`) ? 'rate_limit' : 'server')
  return new ModelError(kind, `${asked.host} failed while it answered${inBrackets(plain(code))}`, {
    code: plain(code),
  })
}

function refused(thrown: unknown, status: number, asked: Asked): ModelError {
  const code = codeOf(thrown)
  const headers = field(thrown, 'headers')
  const said = `${code} ${field(thrown, 'type')} ${field(thrown, 'message')}`
  const parameter = plain(words(field(thrown, 'param')))
  const detail = [code, parameter].filter((part) => part !== undefined).join(': ')
  return new ModelError(
    meaning(said) ?? kindOfStatus(status),
    `${asked.host} answered ${status} for ${asked.model}${inBrackets(detail)}`,
    {
      status,
      code,
      retryAfterMs: headers instanceof Headers ? retryAfter(headers) : undefined,
      requestId: plain(words(field(thrown, 'requestID'))),
    },
  )
}

/** What only the words tell: both come with several statuses, depending on the vendor. */
function meaning(said: string): ModelErrorKind | undefined {
  if (/insufficient_quota|billing_hard_limit|insufficient credits|credit balance is too low/i.test(said)) {
    return 'quota'
  }
  if (
    /context_length|context length|context window|context size|maximum context|prompt is too long/i.test(said)
  ) {
    return 'context_overflow'
  }
  return undefined
}

function kindOfStatus(status: number): ModelErrorKind {
  if (status === 401 || status === 403) return 'auth'
  if (status === 402) return 'quota'
  if (status === 408) return 'timeout'
  if (status === 413) return 'context_overflow'
  if (status === 429) return 'rate_limit'
  return status >= 500 || status === 409 ? 'server' : 'bad_request'
}

/** Milliseconds, from `retry-after-ms`, or `retry-after` in seconds or as a date. */
export function retryAfter(headers: Headers, now = Date.now()): number | undefined {
  const ms = headers.get('retry-after-ms')
  if (ms !== null && ms !== '' && Number(ms) >= 0) return Math.ceil(Number(ms))
  const after = headers.get('retry-after')
  if (after === null || after === '') return undefined
  if (Number(after) >= 0) return Math.ceil(Number(after) * 1000)
  const at = Date.parse(after)
  return Number.isNaN(at) ? undefined : Math.max(0, at - now)
}

const timedOut = (cause: unknown, { host }: Asked) =>
  new ModelError('timeout', `${host} did not answer in time`, { cause })

const codeOf = (thrown: unknown) => plain(words(field(thrown, 'code'))) ?? plain(words(field(thrown, 'type')))

function causeCode(thrown: unknown): string | undefined {
  const cause = field(thrown, 'cause')
  return plain(words(field(cause, 'code')) ?? words(field(field(cause, 'cause'), 'code')))
}

/** A vendor's code is one word; anything longer might be a sentence about somebody's text. */
const plain = (code: string | undefined) =>
  code !== undefined && /^[\w.[\]-]{1,64}$/.test(code) ? code : undefined

const inBrackets = (detail: string | undefined) =>
  detail === undefined || detail === '' ? '' : ` (${detail})`
