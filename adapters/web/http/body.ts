import type { Context } from 'hono'
import type { z } from 'zod'
import type { Clock } from '#core/clock.ts'
import { HttpProblem } from './problem.ts'

/** Bytes: the longest question in any script (in JSON a character takes up to six), and nothing that hurts. */
const BODY_LIMIT = 192 * 1024
/** Milliseconds for a whole body to arrive; a reader that trickles bytes holds nothing for long. */
const BODY_TIMEOUT_MS = 10_000

/** The request's JSON in the shape of `schema`. @param limit bytes. @throws HttpProblem that names the field which is wrong. */
export async function readJson<T>(
  c: Context,
  schema: z.ZodType<T>,
  clock: Clock,
  limit = BODY_LIMIT,
): Promise<T> {
  const type = c.req.header('content-type') ?? ''
  if (!/^application\/json\s*(;|$)/i.test(type)) {
    throw new HttpProblem(
      415,
      `content-type: expected application/json, got ${type === '' ? 'none' : type}`,
      {
        field: 'content-type',
      },
    )
  }
  return check(schema, parse(await readText(c, clock, limit)))
}

/** @throws HttpProblem */
export function check<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys[0] : undefined
  const field = unknown ?? issue?.path.join('.') ?? ''
  throw new HttpProblem(400, `${field === '' ? 'body' : field}: ${issue?.message ?? 'not valid'}`, {
    field: field === '' ? 'body' : field,
  })
}

async function readText(c: Context, clock: Clock, limit: number): Promise<string> {
  const tooBig = new HttpProblem(413, `body: at most ${limit} bytes`, { field: 'body' })
  if (Number(c.req.header('content-length') ?? 0) > limit) throw tooBig
  const reader = c.req.raw.body?.getReader()
  if (reader === undefined) return ''
  const over = new AbortController()
  const late = clock.sleep(BODY_TIMEOUT_MS, over.signal).then(() => {
    throw new HttpProblem(408, 'body: it did not arrive in time', { field: 'body' })
  })
  // Ends by the abort below in the usual case.
  late.catch(() => undefined)
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for (;;) {
      const { done, value } = await Promise.race([reader.read(), late])
      if (done) return decode(chunks)
      size += value.byteLength
      if (size > limit) throw tooBig
      chunks.push(value)
    }
  } catch (thrown) {
    void reader.cancel().catch(() => undefined)
    throw thrown
  } finally {
    over.abort()
  }
}

function decode(chunks: readonly Uint8Array[]): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks))
  } catch {
    throw new HttpProblem(400, 'body: expected UTF-8', { field: 'body' })
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new HttpProblem(400, 'body: expected JSON', { field: 'body' })
  }
}
