/** A reward model that another process serves (`parley learn rm serve`): the bot asks it over HTTP. */
import type * as z from 'zod'
import { reasonOf } from '#core/errors.ts'
import { jsonOf } from '#core/learning/files.ts'
import { ModelError, type ModelErrorKind } from '#core/model/error.ts'
import { type HealthAnswer, healthAnswer, judgeAnswer } from './bodies.ts'
import { bounded } from './bounded.ts'
import type { Judged, RewardModel, Score } from './reward-model.ts'

export interface RemoteReward {
  /** For example `http://127.0.0.1:5000`. */
  readonly url: string
  readonly token: string
  readonly fetch: typeof fetch
}

/** @throws ModelError when it is not there, or is no reward service. */
export async function openRemoteReward(settings: RemoteReward, signal: AbortSignal): Promise<RewardModel> {
  return new Remote(settings, await asked(settings, '/healthz', healthAnswer, { signal }))
}

class Remote implements RewardModel {
  readonly #settings: RemoteReward
  /** As its newest answer said: it may be started again with another model. */
  #serves: Pick<HealthAnswer, 'model' | 'shadow'>

  constructor(settings: RemoteReward, serves: HealthAnswer) {
    this.#settings = settings
    this.#serves = serves
  }

  get id(): string {
    return this.#serves.model
  }

  get shadow(): boolean {
    return this.#serves.shadow
  }

  async score(judged: readonly Judged[], signal: AbortSignal): Promise<readonly Score[]> {
    const body = JSON.stringify({ items: judged })
    const answer = await asked(this.#settings, '/v1/reward', judgeAnswer, { method: 'POST', body, signal })
    if (answer.scores.length !== judged.length)
      throw new ModelError(
        'server',
        `${this.#settings.url} gave ${answer.scores.length} scores for ${judged.length} answers`,
      )
    this.#serves = answer
    return answer.scores.map(bounded)
  }
}

async function asked<T>(
  { url, token, fetch }: RemoteReward,
  path: string,
  schema: z.ZodType<T>,
  init: { readonly method?: string; readonly body?: string; readonly signal: AbortSignal },
): Promise<T> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const { status, text } = await over(
    url,
    async () => {
      // No redirects: the token and what people say stay with the server that was named.
      const response = await fetch(`${url.replace(/\/+$/, '')}${path}`, {
        headers,
        redirect: 'error',
        ...init,
      })
      return { status: response.status, text: await response.text() }
    },
    init.signal,
  )
  if (status !== 200)
    throw new ModelError(kindOf(status), `the reward service at ${url} answered ${status}`, { status })
  const { data } = schema.safeParse(jsonOf(text))
  if (data !== undefined) return data
  throw new ModelError(
    'bad_request',
    `${url} is no reward service of Parley; start one with "parley learn rm serve"`,
  )
}

async function over<T>(url: string, work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  try {
    signal.throwIfAborted()
    return await work()
  } catch (cause) {
    if (signal.aborted) throw new ModelError('aborted', 'the request was cancelled', { cause })
    throw new ModelError('network', `the reward service at ${url} cannot be reached: ${reasonOf(cause)}`, {
      cause,
    })
  }
}

function kindOf(status: number): ModelErrorKind {
  if (status === 401 || status === 403) return 'auth'
  if (status === 429) return 'rate_limit'
  return status >= 500 ? 'server' : 'bad_request'
}
