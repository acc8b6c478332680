/**
 * Rate limits: one bucket per route and major parameter, one global window, and sublimits.
 * Sources: facts page section 7; sizes of message routes as observed there, the rest is a plausible default.
 */
import { createHash } from 'node:crypto'
import type { Json } from './state.ts'

export interface BucketSize {
  readonly limit: number
  readonly perMs: number
}

/** Creating and editing messages: about five in five seconds per channel, each its own bucket. */
export const MESSAGES: BucketSize = { limit: 5, perMs: 5000 }
export const REACTIONS: BucketSize = { limit: 1, perMs: 250 }
const USUAL: BucketSize = { limit: 10, perMs: 5000 }
/** All routes of a bot together. */
const GLOBAL: BucketSize = { limit: 50, perMs: 1000 }
/** A channel or thread takes a new name twice in ten minutes. */
export const RENAMES: BucketSize = { limit: 2, perMs: 10 * 60_000 }
/** Edits of messages older than an hour, per channel: answered with 30046. */
export const OLD_EDITS: BucketSize = { limit: 3, perMs: 20_000 }

export type Headers = Readonly<Record<string, string>>

export interface Refusal {
  readonly headers: Headers
  readonly body: Json
}

export interface Passage {
  readonly headers: Headers
  /** Set when the request must not go on: answer 429. */
  readonly refusal?: Refusal
}

interface Window {
  used: number
  resetAt: number
}

export interface Buckets {
  /** Takes one from the global window and one from the route's bucket. */
  take(route: string, major: string, size: BucketSize | undefined): Passage
  /** Takes one from a limit behind the bucket. Undefined when there was room. */
  takeSublimit(name: string, major: string, size: BucketSize): number | undefined
}

export function createBuckets(now: () => number, speed = 1): Buckets {
  const windows = new Map<string, Window>()

  function use(key: string, size: BucketSize): Window {
    const before = windows.get(key)
    const window =
      before !== undefined && before.resetAt > now()
        ? before
        : { used: 0, resetAt: now() + size.perMs / speed }
    windows.set(key, window)
    window.used += 1
    return window
  }

  return {
    take(route, major, size = USUAL) {
      const global = use('global', GLOBAL)
      if (global.used > GLOBAL.limit) {
        return { headers: {}, refusal: refusal(global.resetAt - now(), 'global', {}) }
      }
      const window = use(`${route} ${major}`, size)
      const headers = bucketHeaders(route, size, window, now())
      if (window.used <= size.limit) return { headers }
      return { headers, refusal: refusal(window.resetAt - now(), 'user', headers) }
    },
    takeSublimit(name, major, size) {
      const window = use(`${name} ${major}`, size)
      return window.used > size.limit ? window.resetAt - now() : undefined
    },
  }
}

export function bucketHeaders(route: string, size: BucketSize, window: Window, now: number): Headers {
  return {
    'X-RateLimit-Limit': String(size.limit),
    'X-RateLimit-Remaining': String(Math.max(0, size.limit - window.used)),
    'X-RateLimit-Reset': seconds(window.resetAt),
    'X-RateLimit-Reset-After': seconds(window.resetAt - now),
    'X-RateLimit-Bucket': createHash('sha1').update(route).digest('hex').slice(0, 32),
  }
}

/** A 429. Retry-After is in whole seconds, the body's retry_after is exact. */
export function refusal(waitMs: number, scope: 'user' | 'shared' | 'global', bucket: Headers): Refusal {
  return {
    headers: {
      ...bucket,
      'Retry-After': String(Math.ceil(waitMs / 1000)),
      'X-RateLimit-Scope': scope,
      ...(scope === 'global' && { 'X-RateLimit-Global': 'true' }),
    },
    body: {
      message: scope === 'shared' ? 'The resource is being rate limited.' : 'You are being rate limited.',
      retry_after: Math.max(waitMs, 1) / 1000,
      global: scope === 'global',
    },
  }
}

const seconds = (ms: number): string => (ms / 1000).toFixed(3)
