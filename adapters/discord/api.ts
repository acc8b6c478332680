/**
 * The few REST calls Parley makes, over a client of its own.
 *
 * Not discord.js's `client.rest`: that one loses its token when the gateway is closed, and open surfaces must be
 * able to finish after that. Not `message.edit`: it takes no signal.
 *
 * Nobody is ever pinged and no link unfolds, whatever the text says (rule D6).
 */
import {
  DefaultRestOptions,
  InteractionResponseType,
  MessageFlags,
  REST,
  type RESTOptions,
  Routes,
} from 'discord.js'
import { z } from 'zod'
import { snowflake } from './message.ts'
import { type HeardLimit, heardLimit } from './rate-headers.ts'

/** As Discord kept it; for a repeated nonce, that is what the first attempt wrote. */
export interface Posted {
  readonly id: string
  readonly content: string
  /** The `custom_id` of every button. */
  readonly buttons: readonly string[]
}

export interface Draft {
  readonly content: string
  readonly components?: readonly unknown[] | undefined
  /** Two posts with one nonce make one message, for some minutes. At most 25 characters. */
  readonly nonce: string
  /** The message to reply to. */
  readonly replyTo?: string | undefined
}

/** What stays away is left as it is. */
export interface Revision {
  readonly content?: string | undefined
  readonly components?: readonly unknown[] | undefined
}

/** What an answer to an interaction has to name. */
export interface Interaction {
  readonly id: string
  readonly application: string
  readonly token: string
}

/** Every call rejects with what discord.js throws; `faultOf` reads it. */
export interface DiscordApi {
  post(channel: string, draft: Draft, signal: AbortSignal): Promise<Posted>
  edit(channel: string, message: string, revision: Revision, signal: AbortSignal): Promise<void>
  remove(channel: string, message: string, signal: AbortSignal): Promise<void>
  /** Opens a thread from a message. */
  openThread(channel: string, message: string, name: string): Promise<void>
  unarchive(thread: string, signal: AbortSignal): Promise<void>
  /** The typing sign: ten seconds, or until the bot's next message. */
  typing(channel: string, signal: AbortSignal): Promise<void>
  /** Tells Discord, within three seconds, that a press has arrived; nothing visible changes. */
  acknowledge(interaction: Interaction, signal: AbortSignal): Promise<void>
  /** Says something to the one person who pressed. Only after `acknowledge`, within fifteen minutes. */
  whisper(interaction: Interaction, text: string, signal: AbortSignal): Promise<void>
  message(channel: string, message: string, signal: AbortSignal): Promise<unknown>
  /** Newest first. */
  history(channel: string, before: string, limit: number, signal: AbortSignal): Promise<readonly unknown[]>
  /** Oldest first. */
  following(
    channel: string,
    after: string,
    limit: number,
    signal: AbortSignal,
  ): Promise<readonly Readonly<Record<string, unknown>>[]>
  /** The bot's own user id. */
  me(): Promise<string>
}

/** A day: a conversation that rests overnight is still in the list in the morning. */
const AUTO_ARCHIVE_MINUTES = 1440
/** Longer than any call that goes well; discord.js's own default. */
const TIMEOUT_MS = 15_000
/** Our accounts and discord.js read the end of a window from the same answer, some moments after each other. */
const MOMENT_MS = 50

type MakeRequest = RESTOptions['makeRequest']
type OwnOptions = Partial<RESTOptions> & Pick<RESTOptions, 'makeRequest' | 'rejectOnRateLimit'>
type RequestInit = Parameters<MakeRequest>[1]

/** How a REST client of ours behaves; the gateway client's own one too. */
export const restOptions = (apiUrl: string | undefined): OwnOptions => ({
  ...(apiUrl !== undefined && { api: apiUrl }),
  timeout: TIMEOUT_MS,
  // Whether and when to try again is the core's decision; discord.js would at once, three times, without a pause.
  retries: 0,
  // The same for a wait, where newer text could take the place of older. Threads open in the order they were asked
  // for: fifty mentions in one channel must not race for ten openings again and again.
  rejectOnRateLimit: ({ method, route, timeToReset }) =>
    timeToReset > MOMENT_MS && method !== 'GET' && !route.endsWith('/threads'),
  // What Discord says is over when its answer has come, is over when the next call arrives.
  offset: 0,
  makeRequest: async (url, init) =>
    init.body instanceof FormData
      ? sendForm(url, init, init.body)
      : DefaultRestOptions.makeRequest(url, init),
})

/**
 * A form goes as bytes. Libraries share one HTTP client, that of the one that was loaded first, and where it is not
 * discord.js's own it takes forms for what they are not: a person's copy of their data could not be sent.
 */
async function sendForm(url: string, init: RequestInit, form: FormData): ReturnType<MakeRequest> {
  const written = new Response(form)
  // discord.js hands over a plain object.
  const headers = {
    ...Object.fromEntries(Object.entries(init.headers ?? {})),
    'content-type': written.headers.get('content-type') ?? '',
  }
  const body = new Uint8Array(await written.arrayBuffer())
  return DefaultRestOptions.makeRequest(url, { ...init, headers, body })
}

const rowOfButtons = z.object({ components: z.array(z.object({ custom_id: z.string() })) })
const posted = z
  .object({ id: snowflake, content: z.string(), components: z.array(rowOfButtons).default([]).catch([]) })
  .transform(({ id, content, components }) => ({
    ...{ id, content },
    buttons: components.flatMap((row) => row.components.map((button) => button.custom_id)),
  }))
const identity = z.object({ id: snowflake })
const pingsNobody = { parse: [] }

/** @param onLimit told, of every answer, what Discord says of the limit that counted the call. */
export function createApi(
  token: string,
  apiUrl: string | undefined,
  onLimit: (limit: HeardLimit) => void = () => {},
): DiscordApi {
  const options = restOptions(apiUrl)
  const makeRequest: MakeRequest = async (url, init) => {
    const answer = await options.makeRequest(url, init)
    const heard = heardLimit(init.method ?? 'GET', url, answer.headers)
    if (heard !== undefined) onLimit(heard)
    return answer
  }
  const client = new REST({ ...options, makeRequest })
  // discord.js forgets a token that was refused once; whether to ask again is decided in `access.ts`.
  const rest = (): REST => client.setToken(token)
  return {
    post: async (channel, { content, components, nonce, replyTo }, signal) =>
      posted.parse(
        await rest().post(Routes.channelMessages(channel), {
          body: {
            ...{ content, components, nonce },
            enforce_nonce: true,
            allowed_mentions: { ...pingsNobody, replied_user: false },
            flags: MessageFlags.SuppressEmbeds,
            ...(replyTo !== undefined && {
              message_reference: { message_id: replyTo, fail_if_not_exists: false },
            }),
          },
          ...own(signal),
        }),
      ),
    edit: async (channel, message, { content, components }, signal) => {
      await rest().patch(Routes.channelMessage(channel, message), {
        body: { content, components, allowed_mentions: pingsNobody, flags: MessageFlags.SuppressEmbeds },
        ...own(signal),
      })
    },
    remove: async (channel, message, signal) => {
      await rest().delete(Routes.channelMessage(channel, message), own(signal))
    },
    openThread: async (channel, message, name) => {
      await rest().post(Routes.threads(channel, message), {
        body: { name, auto_archive_duration: AUTO_ARCHIVE_MINUTES },
      })
    },
    unarchive: async (thread, signal) => {
      await rest().patch(Routes.channel(thread), { body: { archived: false }, ...own(signal) })
    },
    typing: async (channel, signal) => {
      await rest().post(Routes.channelTyping(channel), own(signal))
    },
    acknowledge: async ({ id, token }, signal) => {
      await rest().post(Routes.interactionCallback(id, token), {
        body: { type: InteractionResponseType.DeferredMessageUpdate },
        auth: false,
        ...own(signal),
      })
    },
    whisper: async ({ application, token }, content, signal) => {
      await rest().post(Routes.webhook(application, token), {
        body: { content, allowed_mentions: pingsNobody, flags: MessageFlags.Ephemeral },
        auth: false,
        ...own(signal),
      })
    },
    message: (channel, message, signal) => rest().get(Routes.channelMessage(channel, message), own(signal)),
    history: async (channel, before, limit, signal) => {
      const query = new URLSearchParams({ before, limit: String(limit) })
      return z
        .array(z.unknown())
        .parse(await rest().get(Routes.channelMessages(channel), { query, ...own(signal) }))
    },
    following: async (channel, after, limit, signal) => {
      const query = new URLSearchParams({ after, limit: String(limit) })
      const page = await rest().get(Routes.channelMessages(channel), { query, ...own(signal) })
      return z.array(z.looseObject({})).parse(page).toReversed()
    },
    me: async () => identity.parse(await rest().get(Routes.user())).id,
  }
}

/** discord.js never takes its listener off a signal; one of its own a call keeps a long reply's signal clean. */
const own = (signal: AbortSignal): { signal: AbortSignal } => ({ signal: AbortSignal.any([signal]) })
