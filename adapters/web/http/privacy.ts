import type { Hono } from 'hono'
import { deleteCookie } from 'hono/cookie'
import type { Host } from '#adapters/platform.ts'
import {
  actionsFor,
  EXPORT_FILE_NAME,
  erasedSentence,
  PRIVACY_LABELS,
  PRIVACY_SAYINGS,
  privacySentences,
} from '#adapters/privacy.ts'
import { reasonOf } from '#core/errors.ts'
import type { PersonRef } from '#core/person.ts'
import type { ConsentChanged, Erased, PrivacyPage } from '../protocol.ts'
import type { HttpDeps, HttpEnv } from './app.ts'
import { readJson } from './body.ts'
import { consent, erasure } from './form-shapes.ts'
import { hostOf } from './host.ts'
import { refTo } from './judgements.ts'
import { HttpProblem } from './problem.ts'
import { COOKIE, signedIn } from './session.ts'

/** What people may ask about themselves (rules S2, S3). Everyone reaches what is theirs, and nothing else. */
export function privacyRoutes(app: Hono<HttpEnv>, deps: HttpDeps): void {
  const { clock, log } = deps

  const asked = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work
    } catch (thrown) {
      log.error({ reason: reasonOf(thrown) }, 'web: what a person asked about themselves was not done')
      throw new HttpProblem(503, PRIVACY_SAYINGS.failed, { retryAfter: 2 })
    }
  }

  const pageOf = async (host: Host, person: PersonRef): Promise<PrivacyPage> => {
    const view = await host.privacy.view(person)
    return {
      training: view.consent.training,
      sentences: privacySentences(view),
      actions: actionsFor(view).map((action) => ({ action, label: PRIVACY_LABELS[action] })),
    }
  }

  app.get('/api/privacy', async (c) => {
    const person = refTo(await signedIn(c, deps))
    return c.json(await asked(pageOf(hostOf(deps), person)))
  })

  app.put('/api/privacy/consent', async (c) => {
    const person = refTo(await signedIn(c, deps))
    const host = hostOf(deps)
    const { training } = await readJson(c, consent, clock)
    await asked(host.privacy.consent(person, training, clock.now()))
    const answer: ConsentChanged = {
      say: training ? PRIVACY_SAYINGS.consentOn : PRIVACY_SAYINGS.consentOff,
      page: await asked(pageOf(host, person)),
    }
    return c.json(answer)
  })

  app.get('/api/privacy/export', async (c) => {
    const person = refTo(await signedIn(c, deps))
    const lines = hostOf(deps).privacy.export(person)[Symbol.asyncIterator]()
    // A store that is down is told of in a sentence; one that goes down later breaks the download off.
    const first = await asked(lines.next())
    return c.body(ReadableStream.from(encoded(first, lines)), 200, {
      'content-type': 'application/x-ndjson; charset=utf-8',
      'content-disposition': `attachment; filename="${EXPORT_FILE_NAME}"`,
    })
  })

  app.post('/api/privacy/erase', async (c) => {
    const person = refTo(await signedIn(c, deps))
    const host = hostOf(deps)
    await readJson(c, erasure, clock)
    const answer: Erased = { say: erasedSentence(await asked(host.privacy.erase(person, clock.now()))) }
    deleteCookie(c, COOKIE, { path: '/' })
    return c.json(answer)
  })
}

async function* encoded(
  first: IteratorResult<string>,
  rest: AsyncIterator<string>,
): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder()
  try {
    for (let next = first; !next.done; next = await rest.next()) yield encoder.encode(next.value)
  } finally {
    // The reader may have gone in the middle.
    await rest.return?.()
  }
}
