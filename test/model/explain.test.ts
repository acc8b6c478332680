import { expect, test } from 'vitest'
import { ModelError, type ModelErrorKind } from '#core/model/error.ts'
import { explain } from '#core/model/explain.ts'

const kinds: Record<ModelErrorKind, true> = {
  aborted: true,
  timeout: true,
  rate_limit: true,
  quota: true,
  auth: true,
  bad_request: true,
  context_overflow: true,
  network: true,
  server: true,
  broken_stream: true,
}

test.each(Object.keys(kinds))('T4: a reader is told plainly what happened and what to do: %s', (name) => {
  const kind = Object.keys(kinds).find((known): known is ModelErrorKind => known === name)
  if (kind === undefined) throw new Error(name)
  const text = explain(
    new ModelError(kind, 'POST https://internal:8080 sk-123', { status: 599, code: 'x_code' }),
  )
  expect(text).toMatch(/^[A-Z].*\. [A-Z].*\.$/)
  expect(text).not.toMatch(/!|599|x_code|internal|sk-123|token|API|HTTP|stream|server/)
})

test('no two kinds read alike', () => {
  const texts = Object.keys(kinds).map((kind) =>
    explain(Object.assign(new ModelError('server', ''), { kind })),
  )
  expect(new Set(texts).size).toBe(texts.length)
})

test.each([
  [undefined, 'in a moment'],
  [900, 'in a moment'],
  [12_100, 'in 13 seconds'],
  [180_000, 'in 3 minutes'],
  [86_400_000, 'later today'],
])('T4: a rate limit of %s ms says when to come back: %s', (retryAfterMs, when) => {
  expect(explain(new ModelError('rate_limit', 'x', { retryAfterMs }))).toContain(`try again ${when}.`)
})
