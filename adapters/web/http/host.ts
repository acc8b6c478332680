import type { Host } from '#adapters/platform.ts'
import { reasonOf } from '#core/errors.ts'
import type { HttpDeps } from './app.ts'
import { HttpProblem } from './problem.ts'

/** @throws HttpProblem 503 before the start and after the stop: nothing is taken in then (rule T7). */
export function hostOf(deps: Pick<HttpDeps, 'host'>): Host {
  const host = deps.host()
  if (host === undefined)
    throw new HttpProblem(503, 'Parley is starting or stopping. Try again.', { retryAfter: 2 })
  return host
}

/** What the core could not keep is not acknowledged; the same request may come again. @throws HttpProblem 503 */
export async function kept<T>(work: Promise<T>, what: string, { log }: Pick<HttpDeps, 'log'>): Promise<T> {
  try {
    return await work
  } catch (thrown) {
    log.error({ reason: reasonOf(thrown) }, `web: ${what} was not accepted`)
    throw new HttpProblem(503, `Parley could not keep ${what}. Try again.`, { retryAfter: 2 })
  }
}
