/**
 * A reward model that is asked for many answers at once: PPO engines send one answer a request and hundreds of requests
 * at a time, and embeddings cost least by the batch. What was judged lately is not judged again.
 */
import { createHash } from 'node:crypto'
import type { Clock } from '#core/clock.ts'
import { ModelError } from '#core/model/error.ts'
import { bounded } from './bounded.ts'
import { Newest } from './newest.ts'
import type { Judged, RewardModel, Score } from './reward-model.ts'

export interface Batching {
  /** How long an answer may wait for others, in milliseconds. */
  readonly windowMs: number
  /** A batch of so many leaves at once. Embedding endpoints take at least as many texts in one request. */
  readonly most: number
  /** How many scores are remembered: a few bytes each, besides their keys of 64. */
  readonly remembered: number
  /** A batch that takes longer is given up, in milliseconds. */
  readonly patienceMs: number
}

const USUAL: Batching = { windowMs: 10, most: 64, remembered: 20_000, patienceMs: 30_000 }

interface Waiting {
  readonly judged: Judged
  readonly resolve: (score: Score) => void
  readonly reject: (error: unknown) => void
}

export function createBatched(
  reward: RewardModel,
  { clock }: { readonly clock: Clock },
  batching: Batching = USUAL,
): RewardModel {
  return new BatchedRewardModel(reward, clock, batching)
}

class BatchedRewardModel implements RewardModel {
  readonly #reward: RewardModel
  readonly #clock: Clock
  readonly #batching: Batching
  readonly #known: Newest<Score>
  /** By key: what is waiting or being judged, so that the same answer is judged once. Gone when it is known. */
  readonly #underway = new Map<string, Promise<Score>>()
  /** The next batch. A timer runs when it is not empty. */
  #next: Waiting[] = []

  constructor(reward: RewardModel, clock: Clock, batching: Batching) {
    this.#reward = reward
    this.#clock = clock
    this.#batching = batching
    this.#known = new Newest(batching.remembered)
  }

  get id(): string {
    return this.#reward.id
  }

  get shadow(): boolean {
    return this.#reward.shadow
  }

  async score(judged: readonly Judged[], signal: AbortSignal): Promise<readonly Score[]> {
    signal.throwIfAborted()
    const gone = Promise.withResolvers<never>()
    const leave = () => gone.reject(signal.reason)
    signal.addEventListener('abort', leave, { once: true })
    try {
      return await Promise.race([Promise.all(judged.map((each) => this.#one(each))), gone.promise])
    } finally {
      signal.removeEventListener('abort', leave)
    }
  }

  #one(judged: Judged): Promise<Score> {
    const key = keyOf(judged)
    const known = this.#known.get(key)
    if (known !== undefined) return Promise.resolve(known)
    const underway = this.#underway.get(key)
    if (underway !== undefined) return underway
    const scored = this.#wait(judged)
      .then((score) => {
        this.#known.set(key, score)
        return score
      })
      .finally(() => this.#underway.delete(key))
    this.#underway.set(key, scored)
    return scored
  }

  #wait(judged: Judged): Promise<Score> {
    const { windowMs, most } = this.#batching
    const { promise, resolve, reject } = Promise.withResolvers<Score>()
    this.#next.push({ judged, resolve, reject })
    if (this.#next.length >= most) this.#leave(this.#next)
    else if (this.#next.length === 1) {
      const batch = this.#next
      void this.#clock.sleep(windowMs).then(() => this.#leave(batch))
    }
    return promise
  }

  /** A batch that was full has left before its time came. */
  #leave(batch: Waiting[]): void {
    if (this.#next !== batch) return
    this.#next = []
    void this.#judge(batch)
  }

  async #judge(batch: readonly Waiting[]): Promise<void> {
    try {
      const scores = await this.#inTime(batch.map(({ judged }) => judged))
      if (scores.length !== batch.length)
        throw new ModelError(
          'server',
          `the reward model gave ${scores.length} scores for ${batch.length} answers`,
        )
      batch.forEach(({ resolve, reject }, nth) => {
        const score = scores[nth]
        try {
          if (score !== undefined) resolve(bounded(score))
        } catch (error) {
          reject(error)
        }
      })
    } catch (error) {
      // One text that an endpoint refuses must not cost the others their scores.
      if (batch.length > 1 && isAboutOne(error)) {
        const half = Math.ceil(batch.length / 2)
        await Promise.all([this.#judge(batch.slice(0, half)), this.#judge(batch.slice(half))])
      } else for (const { reject } of batch) reject(error)
    }
  }

  async #inTime(judged: readonly Judged[]): Promise<readonly Score[]> {
    const over = new AbortController()
    const late = new AbortController()
    const timer = this.#clock.sleep(this.#batching.patienceMs, over.signal).then(
      () => {
        const error = new ModelError('timeout', 'the reward model did not answer in time')
        late.abort(error)
        throw error
      },
      () => new Promise<never>(() => {}),
    )
    try {
      return await Promise.race([this.#reward.score(judged, late.signal), timer])
    } finally {
      over.abort()
    }
  }
}

const isAboutOne = (error: unknown): boolean =>
  error instanceof ModelError && (error.kind === 'bad_request' || error.kind === 'context_overflow')

const keyOf = ({ conversation, answer }: Judged): string =>
  createHash('sha256')
    .update(JSON.stringify([conversation.map(({ role, content }) => [role, content]), answer]))
    .digest('hex')
