/**
 * What discord.js throws, read into what the core can act on.
 *
 * Nothing of the original error is kept but its codes: discord.js puts the request's body into it, and that is
 * message text (rule S5).
 *
 * @see https://docs.discord.com/developers/topics/opcodes-and-status-codes#json-json-error-codes
 */
import { DiscordAPIError, HTTPError, RateLimitError } from 'discord.js'
import { z } from 'zod'
import { SurfaceError, type SurfaceFault } from '#core/delivery/surface.ts'

/** Discord's own numbers for what can happen to a reply. */
export const CODE = {
  unknownChannel: 10003,
  unknownMessage: 10008,
  channelWriteLimit: 20028,
  oldMessageEdits: 30046,
  alreadyAcknowledged: 40060,
  resourceLimited: 40062,
  missingAccess: 50001,
  wrongChannelType: 50024,
  missingPermission: 50013,
  invalidForm: 50035,
  archivedThread: 50083,
  overloaded: 130000,
  threadExists: 160004,
  threadLocked: 160005,
  tooManyThreads: 160006,
} as const

/** Where Discord names no time: edits of old messages come back at about three in twenty seconds. */
const UNNAMED_WAIT_MS = 7_000

/** The code of an error that Discord's API answered with, and of nothing else. */
export const codeOf = (error: unknown): number | undefined =>
  error instanceof DiscordAPIError && typeof error.code === 'number' ? error.code : undefined

/** More text than Discord takes in one message. */
export const isTooLong = (error: unknown): boolean =>
  error instanceof DiscordAPIError &&
  error.code === CODE.invalidForm &&
  contentErrors
    .safeParse(error.rawError)
    .data?.errors.content._errors.some(({ code }) => code.endsWith('MAX_LENGTH')) === true

const contentErrors = z.object({
  errors: z.object({ content: z.object({ _errors: z.array(z.object({ code: z.string() })) }) }),
})

/** The token was refused, now or by an earlier call: discord.js then forgets it. */
export const isUnauthorized = (error: unknown): boolean =>
  (error instanceof DiscordAPIError && error.status === 401) ||
  (error instanceof Error && error.message.startsWith('Expected token to be set'))

/** @returns undefined for what is neither Discord's nor the network's: a bug of ours. */
export function faultOf(error: unknown): SurfaceFault | undefined {
  if (error instanceof SurfaceError) return error.fault
  if (error instanceof RateLimitError) return waiting(untilFree(error))
  if (isUnauthorized(error)) return { kind: 'away' }
  if (error instanceof HTTPError) return { kind: 'unavailable' }
  if (error instanceof DiscordAPIError) return answered(error.code, error.status)
  return isNetworkFault(error) ? { kind: 'unavailable' } : undefined
}

function answered(code: number | string, status: number): SurfaceFault {
  switch (code) {
    case CODE.unknownChannel:
    case CODE.missingAccess:
    case CODE.threadLocked:
      return { kind: 'gone' }
    case CODE.channelWriteLimit:
    case CODE.oldMessageEdits:
    case CODE.resourceLimited:
      return waiting(UNNAMED_WAIT_MS)
    case CODE.overloaded:
      return { kind: 'unavailable' }
    default:
      return { kind: status === 404 ? 'gone' : 'refused' }
  }
}

/** A bucket says exactly when it is free again; behind it, a hidden limit names whole seconds only. */
const untilFree = ({ sublimitTimeout, retryAfter, timeToReset }: RateLimitError): number =>
  sublimitTimeout > 0 ? retryAfter : timeToReset

const waiting = (ms: number): SurfaceFault => ({
  kind: 'rate_limited',
  retryAfterMs: Math.max(0, Math.ceil(ms)),
})

/** Time-outs of discord.js are AbortErrors; those of our own signal are told apart before this is asked. */
function isNetworkFault(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return (
    error.name === 'AbortError' ||
    error.name === 'TimeoutError' ||
    ('code' in error && typeof error.code === 'string')
  )
}

/** For logs and messages: method and code, never the body. */
export function describe(error: unknown): string {
  if (error instanceof DiscordAPIError) return `${error.method} answered ${error.status}, code ${error.code}`
  if (error instanceof HTTPError) return `${error.method} answered ${error.status}`
  if (error instanceof RateLimitError)
    return `${error.method} ${error.route} must wait ${error.retryAfter} ms`
  if (error instanceof Error && 'code' in error) return `${error.name} ${String(error.code)}`
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
}

/** @returns a `SurfaceError`, or the error itself where it is a bug of ours. */
export function surfaceError(error: unknown): unknown {
  if (error instanceof SurfaceError) return error
  const fault = faultOf(error)
  return fault === undefined ? error : new SurfaceError(fault, `Discord: ${describe(error)}.`)
}
