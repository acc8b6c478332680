/** What was seen of each arm while a canary runs: one small record a reply, so that replicas never wait for each other. */
import { randomUUID } from 'node:crypto'
import * as z from 'zod'
import type { Namespace } from '#core/store/namespaces.ts'
import type { ArmFigures } from './guardrails.ts'

const exposureSchema = z
  .object({
    /** Milliseconds until the whole reply was there. */
    ms: z.number().nonnegative(),
    /** Of the reply; absent where the server does not say. */
    tokens: z.number().nonnegative().optional(),
    failed: z.boolean(),
  })
  .readonly()
export type Exposure = z.infer<typeof exposureSchema>

/** One canary at one weight, from when it began. */
export interface Trial {
  readonly model: string
  readonly since: number
}

/** Long after any canary has ended. */
const KEPT_MS = 90 * 24 * 60 * 60 * 1_000
/** Of fewer replies a 95th percentile is one slow reply. */
const FEWEST_FOR_P95 = 100

/** Namespace `exposures`. Holds no text and no person. */
export class Exposures {
  readonly #store: Namespace

  constructor(store: Namespace) {
    this.#store = store
  }

  async add(trial: Trial, arm: string, exposure: Exposure): Promise<void> {
    await this.#store.set(`${prefixOf(trial)}${arm}/${randomUUID()}`, exposure, KEPT_MS)
  }

  /** @param downVotes of replies since the trial began, by arm. */
  async figures(trial: Trial, arm: string, downVotes: ReadonlyMap<string, number>): Promise<ArmFigures> {
    const seen: Exposure[] = []
    const prefix = `${prefixOf(trial)}${arm}/`
    if (this.#store.iterator !== undefined)
      for await (const [key, value] of this.#store.iterator())
        if (String(key).startsWith(prefix)) seen.push(exposureSchema.parse(value))
    const told = seen.flatMap(({ tokens }) => tokens ?? [])
    const times = seen.map(({ ms }) => ms).sort((a, b) => a - b)
    const p95Ms = times.length < FEWEST_FOR_P95 ? undefined : times[Math.floor(times.length * 0.95)]
    return {
      exposures: seen.length,
      downVotes: Math.min(downVotes.get(arm) ?? 0, seen.length),
      failures: seen.filter(({ failed }) => failed).length,
      ...(p95Ms === undefined ? {} : { p95Ms }),
      ...(told.length === 0
        ? {}
        : { tokensPerReply: told.reduce((sum, each) => sum + each, 0) / told.length }),
    }
  }
}

const prefixOf = ({ model, since }: Trial): string => `${encodeURIComponent(model)}@${since}/`
