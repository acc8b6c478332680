/**
 * Parley on Discord: a mention opens a thread, a thread is a conversation, a direct message is one too.
 *
 * Brings in what is said, reacted, pressed, edited and deleted (rules T1, T2, T5, T6, F1 to F3), opens surfaces for
 * replies (rules D1 to D7) and forms for what people think of them (`forms/`), and says in the log what an operator has
 * to do when Discord says no.
 */
import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import type { Host, Platform } from '#adapters/platform.ts'
import type { Clock } from '#core/clock.ts'
import type { Accounts } from '#core/delivery/accounts.ts'
import type { ReplySurface } from '#core/delivery/surface.ts'
import type { PastMessage, Question } from '#core/dialogue/question.ts'
import { PlatformError } from '#core/errors.ts'
import type { Invitation } from '#core/feedback/comparison-desk.ts'
import { createApi, type DiscordApi } from './api.ts'
import { learn } from './budget.ts'
import { describe, faultOf } from './fault.ts'
import { createInteractionApi, type InteractionApi } from './forms/api.ts'
import { postInvitation } from './forms/invitation.ts'
import { Gateway } from './gateway.ts'
import { lacksContentIntent, TOKEN_FIX } from './login.ts'
import { OwnDeletions } from './own-deletions.ts'
import { pastOf } from './past.ts'
import { readPlace } from './place.ts'
import { openSurface } from './surface.ts'

export interface DiscordSettings {
  /** From the Discord Developer Portal: Bot, Reset Token. */
  readonly token: string
  /** Where the REST API is, without its version; Discord's own by default. Tests point it at a simulator. */
  readonly apiUrl?: string
}

export interface DiscordDeps {
  readonly log: Logger
  readonly clock: Clock
  /** Shared by everything that writes to the same channels. */
  readonly accounts: Accounts
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

/** Shown once a thread, in mention-only mode. */
const CANNOT_READ = 'I can only read messages here that mention me. Please mention me, and I will answer.'

const HISTORY_FIX = 'Give the bot the permissions View Channel and Read Message History there.'

class Discord implements Platform {
  readonly name = 'discord'
  readonly #settings: DiscordSettings
  readonly #deps: DiscordDeps
  readonly #api: DiscordApi
  readonly #interactions: InteractionApi
  readonly #ownDeletions = new OwnDeletions()
  /** The connection of the last `start`; undefined after `stop`. */
  #gateway: Gateway | undefined
  #tokenRefused = false

  constructor({ token, apiUrl }: DiscordSettings, deps: DiscordDeps) {
    const bare = token.trim().replace(/^Bot\s+/i, '')
    this.#settings = { token: bare, ...(apiUrl !== undefined && { apiUrl }) }
    this.#deps = deps
    this.#api = createApi(bare, apiUrl, (limit) => learn(deps.accounts, limit))
    this.#interactions = createInteractionApi(bare, apiUrl)
  }

  async start(host: Host): Promise<void> {
    try {
      await this.#connect(host, true)
    } catch (error) {
      if (!lacksContentIntent(error)) throw error
      this.#deps.log.warn(MENTION_ONLY)
      await this.#connect(host, false)
    }
  }

  async stop(): Promise<void> {
    const gateway = this.#gateway
    this.#gateway = undefined
    await gateway?.stop()
  }

  open(place: unknown, shown: readonly string[], reply: string): ReplySurface {
    const here = { place: readPlace(place), shown, reply }
    return openSurface(here, {
      ...this.#deps,
      api: this.#api,
      ownDeletions: this.#ownDeletions,
      onUnauthorized: () => this.#reportRefusedToken(),
    })
  }

  async invite(invitation: Invitation, signal: AbortSignal): Promise<void> {
    await postInvitation(invitation, this.#api, signal)
  }

  async past(question: Question, signal: AbortSignal): Promise<readonly PastMessage[]> {
    const place = readPlace(question.place)
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

  async #connect(host: Host, readsContent: boolean): Promise<void> {
    const gateway = new Gateway({
      ...this.#settings,
      ...this.#deps,
      host,
      api: this.#api,
      interactions: this.#interactions,
      ownDeletions: this.#ownDeletions,
      readsContent,
      explain: (thread) => this.#explain(thread),
    })
    // Known before it is open, so that `stop` finds it.
    this.#gateway = gateway
    await gateway.start()
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

  #reportRefusedToken(): void {
    if (this.#tokenRefused) return
    this.#tokenRefused = true
    this.#deps.log.error(`Discord no longer accepts the bot token, and no reply can be written. ${TOKEN_FIX}`)
  }
}

/** Nobody waits for the explanation, but it must not hold up the thread's next message for long. */
const EXPLAIN_WITHIN_MS = 10_000

const NAMELESS = { role: () => undefined, channel: () => undefined }
