/**
 * What Discord's rate-limit headers say, of answers and of 429s alike. Pure.
 *
 * @see https://docs.discord.com/developers/topics/rate-limits#header-format
 */

export interface HeardLimit {
  /** What the limit counts: posts or edits of one channel, each a bucket of its own, or everything that the bot does. */
  readonly of: { readonly writes: 'posts' | 'edits'; readonly channel: string } | 'everything'
  readonly remaining: number
  readonly resetAfterMs: number
}

const WRITES = /\/channels\/(\d+)\/messages(\/\d+)?$/

/** @returns undefined where no account of ours stands for the route, or the headers say nothing. */
export function heardLimit(
  method: string,
  url: string,
  headers: { get(name: string): string | null },
): HeardLimit | undefined {
  if (headers.get('x-ratelimit-global') !== null || headers.get('x-ratelimit-scope') === 'global') {
    const resetAfterMs = milliseconds(headers.get('retry-after'))
    return resetAfterMs === undefined ? undefined : { of: 'everything', remaining: 0, resetAfterMs }
  }
  const [, channel, message] = WRITES.exec(new URL(url).pathname) ?? []
  const writes = method === 'POST' && !message ? 'posts' : method === 'PATCH' && message ? 'edits' : undefined
  if (channel === undefined || writes === undefined) return undefined
  // The whole resource is limited, for everybody: the bucket's own numbers do not tell of it.
  const isShared = headers.get('x-ratelimit-scope') === 'shared'
  const remaining = isShared ? 0 : numberIn(headers.get('x-ratelimit-remaining'))
  const resetAfterMs = milliseconds(headers.get(isShared ? 'retry-after' : 'x-ratelimit-reset-after'))
  if (remaining === undefined || resetAfterMs === undefined) return undefined
  return { of: { writes, channel }, remaining, resetAfterMs }
}

function numberIn(header: string | null): number | undefined {
  const number = Number(header ?? '')
  return header === null || header === '' || !Number.isFinite(number) || number < 0 ? undefined : number
}

/** Discord counts in seconds. */
function milliseconds(header: string | null): number | undefined {
  const seconds = numberIn(header)
  return seconds === undefined ? undefined : Math.ceil(seconds * 1000)
}
