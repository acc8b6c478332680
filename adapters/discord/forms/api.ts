/**
 * The REST calls that answer people's presses, forms and commands.
 *
 * A client of its own, because here a wait is better than a refusal: nobody writes newer text meanwhile. Nobody is
 * ever pinged (rule D6). Every call rejects with what discord.js throws; `faultOf` reads it.
 */
import { InteractionResponseType, MessageFlags, REST, Routes } from 'discord.js'
import { type Interaction, restOptions } from '../api.ts'

/** What one person is shown. Components only: such a message has no `content`. */
export interface Shown {
  readonly components: readonly unknown[]
  readonly files?: readonly SentFile[]
}

export interface SentFile {
  readonly name: string
  readonly data: Buffer
  readonly contentType: string
}

export interface Modal {
  readonly custom_id: string
  readonly title: string
  readonly components: readonly unknown[]
}

/** The first thing Discord hears of an interaction, within three seconds. */
export type FirstAnswer =
  /** A form. Nothing else may come before it, and no form may answer a form. */
  | { readonly kind: 'form'; readonly modal: Modal }
  /** A message that only this person sees. */
  | { readonly kind: 'message'; readonly shown: Shown }
  /** The same, to be filled in later; until then it says that the app is thinking. */
  | { readonly kind: 'later' }
  /** The message that was pressed changes. */
  | { readonly kind: 'update'; readonly shown: Shown }
  /** It will change later, and shows nothing of that yet. */
  | { readonly kind: 'update later' }

export interface InteractionApi {
  answer(interaction: Interaction, first: FirstAnswer, signal: AbortSignal): Promise<void>
  /** Changes the answer, or the message that was pressed; within fifteen minutes. */
  change(interaction: Interaction, shown: Shown, signal: AbortSignal): Promise<void>
  /** One more message that only this person sees; within fifteen minutes. */
  add(interaction: Interaction, shown: Shown, signal: AbortSignal): Promise<void>
  /** These are all commands of the application, in every server and in direct messages. */
  register(application: string, commands: readonly unknown[], signal: AbortSignal): Promise<void>
}

/** A message that changes stays for one person, and takes no flag that says so again. */
const CHANGED = MessageFlags.IsComponentsV2
const NEW = MessageFlags.Ephemeral | MessageFlags.IsComponentsV2
const pingsNobody = { parse: [] }

export function createInteractionApi(token: string, apiUrl: string | undefined): InteractionApi {
  const { rejectOnRateLimit: _, ...options } = restOptions(apiUrl)
  const rest = new REST(options).setToken(token)
  const sent = (shown: Shown, flags: number, signal: AbortSignal) => ({
    body: body(shown, flags),
    files: [...(shown.files ?? [])],
    auth: false,
    signal: AbortSignal.any([signal]),
  })
  return {
    answer: async ({ id, token: key }, first, signal) => {
      await rest.post(Routes.interactionCallback(id, key), {
        body: callback(first),
        auth: false,
        signal: AbortSignal.any([signal]),
      })
    },
    change: async ({ application, token: key }, shown, signal) => {
      await rest.patch(Routes.webhookMessage(application, key), sent(shown, CHANGED, signal))
    },
    add: async ({ application, token: key }, shown, signal) => {
      await rest.post(Routes.webhook(application, key), sent(shown, NEW, signal))
    },
    register: async (application, commands, signal) => {
      await rest.put(Routes.applicationCommands(application), {
        body: commands,
        signal: AbortSignal.any([signal]),
      })
    },
  }
}

const body = ({ components, files = [] }: Shown, flags: number) => ({
  ...{ components, flags, allowed_mentions: pingsNobody },
  attachments: files.map(({ name }, id) => ({ id, filename: name })),
})

function callback(first: FirstAnswer): unknown {
  switch (first.kind) {
    case 'form':
      return { type: InteractionResponseType.Modal, data: first.modal }
    case 'message':
      return { type: InteractionResponseType.ChannelMessageWithSource, data: body(first.shown, NEW) }
    case 'later':
      return {
        type: InteractionResponseType.DeferredChannelMessageWithSource,
        // No other flag may be set yet.
        data: { flags: MessageFlags.Ephemeral },
      }
    case 'update':
      return { type: InteractionResponseType.UpdateMessage, data: body(first.shown, CHANGED) }
    case 'update later':
      return { type: InteractionResponseType.DeferredMessageUpdate }
  }
}
