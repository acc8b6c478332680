/**
 * Parley on Discord: a mention opens a thread, a thread is a conversation, a direct message is one too.
 *
 * Brings in what is said, reacted, pressed, edited and deleted (rules T1, T2, T5, T6, F1 to F3), opens surfaces for
 * replies (rules D1 to D7) and forms for what people think of them (`forms/`), and says in the log what an operator has
 * to do when Discord says no.
 */
import { randomUUID } from 'node:crypto'
import type { Keyv } from 'keyv'
import type { Logger } from 'pino'
import { Access } from '#adapters/access.ts'
import type { Host, Platform } from '#adapters/platform.ts'
import type { Clock } from '#core/clock.ts'
import type { Accounts } from '#core/delivery/accounts.ts'
import type { ReplySurface } from '#core/delivery/surface.ts'
import type { PastMessage, Question } from '#core/dialogue/question.ts'
import { PlatformError } from '#core/errors.ts'
import type { Invitation } from '#core/feedback/comparison-desk.ts'
import { openedOnce } from '#core/opened-once.ts'
import type { Leases } from '#core/turns/leases.ts'
import { guarded } from './access.ts'
import { createApi, type DiscordApi } from './api.ts'
import { learn } from './budget.ts'
import { CANNOT_READ } from './explanation.ts'
import { describe, faultOf, isUnauthorized } from './fault.ts'
import { createInteractionApi, type InteractionApi } from './forms/api.ts'
import { postInvitation } from './forms/invitation.ts'
import { Gateway } from './gateway.ts'
import { Heard } from './heard.ts'
import { lacksContentIntent } from './login.ts'
import { OwnDeletions } from './own-deletions.ts'
import { pastOf } from './past.ts'
import { readPlace } from './place.ts'
import { Seat } from './seat.ts'
import { openSurface } from './surface.ts'

export interface DiscordSettings {
  /** From the Discord Developer Portal: Bot, Reset Token. */
  readonly token: string
  /** Where the REST API is, without its version; Discord's own by default. Tests point it at a simulator. */
  readonly apiUrl?: string
  /** How far back to look for what was said while nobody listened; a day by default, 0 for not at all. */
  readonly catchUpHours?: number
}

export interface DiscordDeps {
  readonly log: Logger
  readonly clock: Clock
  /** Shared by everything that writes to the same channels. */
  readonly accounts: Accounts
  /** So that one of several replicas hears for all. Left out: there is no other. */
  readonly leases?: Leases
  /** Where it is kept how far Discord was heard. Left out: what is missed between two processes stays so. */
  readonly memory?: Keyv
}

/**
 * @example
 * const discord = createDiscord({ token: process.env.DISCORD_TOKEN }, { log, clock: systemClock, accounts })
 * await discord.start(host)
 */
export function createDiscord(settings: DiscordSettings, deps: DiscordDeps): Platform {
  return new Discord(settings, deps)
}

const MENTION_ONLY =
  'Discord: the Message Content Intent is off, so only mentions, direct messages and replies can be read. ' +
  'To answer follow-ups in threads without a mention: open discord.com/developers/applications, choose your ' +
  'application, then Bot, switch on Message Content Intent under Privileged Gateway Intents, save, and restart.'

const CATCH_UP_HOURS = 24

const HISTORY_FIX = 'Give the bot the permissions View Channel and Read Message History there.'

class Discord implements Platform {
  readonly name = 'discord'
  readonly #settings: Required<Pick<DiscordSettings, 'token' | 'catchUpHours'>> & DiscordSettings
  readonly #deps: DiscordDeps
  readonly #api: DiscordApi
  readonly #access: Access
  readonly #heard: Heard
  readonly #interactions: InteractionApi
  readonly #ownDeletions = new OwnDeletions()
  /** There between `start` and `stop`. */
  #seat: Seat | undefined
  /** The newest connection, where this replica has one. */
  #gateway: Gateway | undefined

  constructor({ token, apiUrl, catchUpHours = CATCH_UP_HOURS }: DiscordSettings, deps: DiscordDeps) {
    const bare = token.trim().replace(/^Bot\s+/i, '')
    this.#settings = { token: bare, catchUpHours, ...(apiUrl !== undefined && { apiUrl }) }
    this.#deps = deps
    const { clock, log } = deps
    const api = createApi(bare, apiUrl, (limit) => learn(deps.accounts, limit))
    this.#access = new Access({
      ...{ clock, log, isRefusal: isUnauthorized },
      ask: () => api.me(),
      restored: () => this.#gateway?.rearm(),
    })
    // Asked once: Discord answers this a few times in five seconds, and after a crash every unfinished reply looks for
    // what it has written.
    this.#api = { ...guarded(api, this.#access), me: openedOnce(() => api.me()) }
    this.#heard = new Heard(deps.memory, log)
    this.#interactions = createInteractionApi(bare, apiUrl)
  }

  get trouble(): string | undefined {
    return this.#access.trouble ?? this.#seat?.trouble
  }

  async start(host: Host): Promise<void> {
    const { leases, clock, log } = this.#deps
    const seat = new Seat({ leases, clock, log, connect: () => this.#connect(host) })
    // Known before it is taken, so that `stop` finds it.
    this.#seat = seat
    await seat.start()
  }

  async stop(): Promise<void> {
    this.#access.stop()
    // A connection that is being made is in nobody's hands yet.
    await Promise.all([this.#gateway?.stop(), this.#seat?.stop()])
  }

  open(place: unknown, shown: readonly string[], reply: string, again = false): ReplySurface {
    const here = { place: readPlace(place), shown, reply, again }
    return openSurface(here, {
      ...this.#deps,
      api: this.#api,
      ownDeletions: this.#ownDeletions,
    })
  }

  async invite(invitation: Invitation, signal: AbortSignal): Promise<void> {
    await postInvitation(invitation, this.#api, signal)
  }

  async past(question: Question, signal: AbortSignal): Promise<readonly PastMessage[]> {
    const place = readPlace(question.place)
    await this.#access.open(signal)
    try {
      const directory = this.#gateway?.directory
      const self = directory?.self(question.thread.workspace) ?? {
        user: await this.#api.me(),
        role: undefined,
      }
      const names = directory?.names ?? NAMELESS
      return await pastOf(place, { api: this.#api, self, names }, signal)
    } catch (error) {
      signal.throwIfAborted()
      const fault = faultOf(error)
      if (fault === undefined) throw error
      const method = 'GET /channels/:id/messages'
      const permanent = fault.kind === 'gone' || fault.kind === 'refused'
      const fix = permanent ? HISTORY_FIX : 'Trying again may help.'
      throw new PlatformError({ platform: 'discord', method, code: describe(error), fix, permanent })
    }
  }

  async #connect(host: Host): Promise<Gateway> {
    try {
      return await this.#open(host, true)
    } catch (error) {
      if (!lacksContentIntent(error)) throw error
      this.#deps.log.warn(MENTION_ONLY)
      return await this.#open(host, false)
    }
  }

  async #open(host: Host, readsContent: boolean): Promise<Gateway> {
    const gateway = new Gateway({
      ...this.#settings,
      ...this.#deps,
      host,
      api: this.#api,
      interactions: this.#interactions,
      ownDeletions: this.#ownDeletions,
      heard: this.#heard,
      readsContent,
      explain: (thread) => this.#explain(thread),
    })
    // Known before it is open, so that `stop` finds it.
    this.#gateway = gateway
    await gateway.start()
    return gateway
  }

  async #explain(thread: string): Promise<void> {
    try {
      const draft = { content: CANNOT_READ, nonce: randomUUID().slice(0, 25) }
      await this.#api.post(thread, draft, AbortSignal.timeout(EXPLAIN_WITHIN_MS))
    } catch (error) {
      this.#deps.log.warn(
        { thread, failure: describe(error) },
        'Discord: could not explain mention-only mode',
      )
    }
  }
}

/** Nobody waits for the explanation, but it must not hold up the thread's next message for long. */
const EXPLAIN_WITHIN_MS = 10_000

const NAMELESS = { role: () => undefined, channel: () => undefined }
