/**
 * How often a method may be called, per workspace and app.
 *
 * The tiers of the platform are floors ("20+ per minute"); this workspace grants exactly the floor, so that what
 * works here works there.
 */
import type { Clock } from '#core/clock.ts'

const MINUTE_MS = 60_000

/** Calls per minute of the platform's tiers. */
const TIER = { two: 20, three: 50, four: 100 } as const

/** Methods whose limit the platform calls "special": hundreds a minute. */
const SPECIAL = 600

const PER_MINUTE: Readonly<Record<string, number>> = {
  'apps.connections.open': TIER.three,
  'chat.startStream': TIER.two,
  'chat.stopStream': TIER.two,
  'chat.appendStream': TIER.four,
  'chat.update': TIER.three,
  'chat.delete': TIER.three,
  'chat.postEphemeral': TIER.four,
  'reactions.add': TIER.three,
  'reactions.get': TIER.three,
  'reactions.remove': TIER.two,
  'conversations.replies': TIER.three,
  'conversations.history': TIER.three,
  'conversations.info': TIER.three,
  'conversations.open': TIER.three,
  'users.info': TIER.four,
  'bots.info': TIER.three,
  'emoji.list': TIER.two,
  'files.getUploadURLExternal': TIER.four,
  'files.completeUploadExternal': TIER.four,
  'views.open': TIER.four,
  'views.push': TIER.four,
  'views.update': TIER.four,
  'views.publish': TIER.four,
  'agents.sessions.setStatus': TIER.three,
  'agents.sessions.rename': TIER.three,
  'assistant.threads.setSuggestedPrompts': TIER.four,
  'assistant.threads.setTitle': TIER.four,
  /** Several hundred messages a minute for a whole workspace. */
  'chat.postMessage': 300,
}

/** One message a second in a channel, with short bursts. */
const CHANNEL = { burst: 5, refillMs: 1_000 }

/** Counts calls on a clock. A refused call does not count. */
export class RateLimits {
  readonly #clock: Clock
  /** Times of the calls of the last minute, oldest first, by method. */
  readonly #calls = new Map<string, number[]>()
  /** Messages a channel may still take at `at`, at most `CHANNEL.burst`. */
  readonly #channels = new Map<string, { left: number; at: number }>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Seconds to wait before this call may be made, or undefined when it is made now. */
  take(method: string, channel: string | undefined): number | undefined {
    const now = this.#clock.now()
    const recent = (this.#calls.get(method) ?? []).filter((at) => at > now - MINUTE_MS)
    const oldest = recent[0]
    if (oldest !== undefined && recent.length >= (PER_MINUTE[method] ?? SPECIAL)) {
      return seconds(oldest + MINUTE_MS - now)
    }
    if (method === 'chat.postMessage' && channel !== undefined) {
      const wait = this.#takeOfChannel(channel, now)
      if (wait !== undefined) return wait
    }
    this.#calls.set(method, [...recent, now])
    return undefined
  }

  #takeOfChannel(channel: string, now: number): number | undefined {
    const bucket = this.#channels.get(channel) ?? { left: CHANNEL.burst, at: now }
    const left = Math.min(CHANNEL.burst, bucket.left + (now - bucket.at) / CHANNEL.refillMs)
    if (left < 1) return seconds((1 - left) * CHANNEL.refillMs)
    this.#channels.set(channel, { left: left - 1, at: now })
    return undefined
  }
}

const seconds = (ms: number): number => Math.max(1, Math.ceil(ms / 1_000))
