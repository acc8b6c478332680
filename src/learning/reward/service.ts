/**
 * The reward model over HTTP, for whoever trains a policy or chooses among answers elsewhere. Rules L2, L3, S5, S6.
 *
 *     POST /get_reward?k=<token>   OpenRLHF's remote reward contract; it sends no headers of ours
 *     POST /v1/reward              trainers' reward functions (`parley_reward.py`) and the bot; the token as a bearer
 *     GET  /healthz                which model judges
 *
 * A trainer that gets no number breaks hours later. So whatever comes in, `/get_reward` never answers with a fault of
 * its own: what is malformed is refused with a 4xx, an outage of the embeddings is waited for, and what cannot be
 * judged even then gets the demonstrations' mean, 0, and says so in `rm_failed`.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { HTTPException } from 'hono/http-exception'
import type { Logger } from 'pino'
import type * as z from 'zod'
import type { Clock } from '#core/clock.ts'
import { reasonOf } from '#core/errors.ts'
import { ModelError } from '#core/model/error.ts'
import { createBatched } from './batched.ts'
import {
  type HealthAnswer,
  type JudgeAnswer,
  judgeRequest,
  type RemoteAnswer,
  remoteRequest,
} from './bodies.ts'
import { type Conversations, NO_CONVERSATIONS } from './conversations.ts'
import { sigmoid } from './logistic.ts'
import type { Judged, RewardModel, Score } from './reward-model.ts'
import { recover } from './templated.ts'

export interface RewardServiceDeps {
  readonly reward: RewardModel
  readonly token: string
  /** Whose prompts the policy is trained on. Without it, the templated prompt stands in for the conversation. */
  readonly conversations?: Conversations
  readonly clock: Clock
  readonly log: Logger
}

/** Bytes. A prompt and an answer of 100,000 tokens have a tenth of this; a batch of a trainer fits. */
const BODY_LIMIT = 8 * 1024 * 1024
/** Waits between tries while embeddings cannot be had, in milliseconds. */
const PAUSES_MS = [1_000, 2_000, 4_000, 8_000, 15_000, 30_000] as const
/** No try begins later than this after the first, in milliseconds: OpenRLHF gives up after 180 s. */
const LAST_TRY_MS = 120_000
/** Seconds after which a caller may try again. */
const RETRY_AFTER = '5'

/** @returns the routes; `serve.ts` opens a port for them. */
export function createRewardService(deps: RewardServiceDeps): Hono {
  const { token, conversations = NO_CONVERSATIONS, clock, log } = deps
  const reward = createBatched(deps.reward, { clock })
  const isToken = tokenCheck(token)
  const app = new Hono()

  app.use(bodyLimit({ maxSize: BODY_LIMIT, onError: () => refuse(413, `body: at most ${BODY_LIMIT} bytes`) }))

  app.get('/healthz', (c) =>
    c.json({ alive: true, model: reward.id, shadow: reward.shadow } satisfies HealthAnswer),
  )

  app.post('/get_reward', async (c) => {
    if (!isToken(c.req.query('k') ?? bearerOf(c)))
      refuse(401, 'the token is missing or wrong: end the address with ?k=')
    const { query, prompts, labels } = await read(c, remoteRequest)
    const recovered = query.map((text, nth) => recover(text, prompts[nth] ?? '', labels[nth], conversations))
    const judging = recovered.map(({ judged }) => patiently(judged, c.req.raw.signal))
    const scores = await Promise.all(judging)
    const rewards = scores.map((score) => score?.conservative ?? 0)
    return c.json({
      rewards,
      scores: rewards.map(sigmoid),
      extra_logs: {
        rm_raw: scores.map((score) => score?.value ?? 0),
        rm_known: recovered.map(({ known }) => Number(known)),
        rm_failed: scores.map((score) => Number(score === undefined)),
      },
    } satisfies RemoteAnswer)
  })

  app.post('/v1/reward', async (c) => {
    if (!isToken(bearerOf(c))) refuse(401, 'the token is missing or wrong: send it as Authorization: Bearer')
    const { items } = await read(c, judgeRequest)
    try {
      const scores = await reward.score(items, c.req.raw.signal)
      return c.json({ model: reward.id, shadow: reward.shadow, scores: [...scores] } satisfies JudgeAnswer)
    } catch (error) {
      if (!(error instanceof ModelError)) throw error
      log.warn({ err: error, kind: error.kind }, 'reward: no scores')
      // Not ours to mend, and said so: the caller goes on without, or tries again.
      c.header('retry-after', RETRY_AFTER)
      return c.json({ error: `no scores: ${error.message}` }, 503)
    }
  })

  app.notFound((c) => c.json({ error: 'There is nothing at this address.' }, 404))
  app.onError((thrown, c) => {
    if (thrown instanceof HTTPException) return c.json({ error: thrown.message }, thrown.status)
    log.error({ err: thrown, route: c.req.path }, 'reward: a request failed')
    return c.json({ error: 'The reward service could not do that. Its log says why.' }, 500)
  })
  return app

  /** Undefined when it cannot be judged, however long one waits. */
  async function patiently(judged: Judged, signal: AbortSignal): Promise<Score | undefined> {
    const begunAt = clock.now()
    for (let tries = 0; ; tries += 1) {
      try {
        return (await reward.score([judged], signal))[0]
      } catch (error) {
        if (signal.aborted) return undefined // Nobody reads the answer.
        const left = begunAt + LAST_TRY_MS - clock.now()
        const pause = passes(error) ? PAUSES_MS.filter((ms) => ms < left)[tries] : undefined
        const about = { reason: reasonOf(error), tries: tries + 1 }
        if (pause === undefined) {
          log.error(about, 'reward: an answer could not be judged; it is given 0')
          return undefined
        }
        log.warn(about, 'reward: no score yet')
        await clock.sleep(pause, signal).catch((thrown: unknown) => {
          if (!signal.aborted) throw thrown
        })
      }
    }
  }
}

/** Whether waiting may help. */
function passes(error: unknown): boolean {
  if (!(error instanceof ModelError)) return false
  switch (error.kind) {
    case 'timeout':
    case 'rate_limit':
    case 'network':
    case 'server':
    case 'broken_stream':
      return true
    case 'aborted':
    case 'quota':
    case 'auth':
    case 'bad_request':
    case 'context_overflow':
      return false
  }
}

/** Compares digests, which are of one length: the time it takes tells nothing of the token. */
function tokenCheck(token: string): (given: string) => boolean {
  const ours = digest(token)
  return (given) => timingSafeEqual(digest(given), ours)
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

const bearerOf = (c: Context): string =>
  /^Bearer +(\S+)$/i.exec(c.req.header('authorization') ?? '')?.[1] ?? ''

async function read<T>(c: Context, schema: z.ZodType<T>): Promise<T> {
  let body: unknown
  try {
    body = JSON.parse(await c.req.text())
  } catch (error) {
    if (error instanceof HTTPException) throw error
    return refuse(400, 'body: expected JSON')
  }
  const { data, error, success } = schema.safeParse(body)
  if (success) return data
  const [issue] = error.issues
  return refuse(400, `${issue?.path.join('.') || 'body'}: ${issue?.message}`)
}

function refuse(status: 400 | 401 | 413, message: string): never {
  throw new HTTPException(status, { message })
}
