/** What a person does with components, commands and modals. */
import { z } from 'zod'
import type { DiscordPerson, Interacted, MessageAt, SeenComponent } from './contract.ts'
import { InteractionKind } from './interactions.ts'
import { flatten } from './message-body.ts'
import { filledIn } from './modal.ts'
import { attachmentJson, messageJson } from './payloads.ts'
import type { PeopleParts } from './people.ts'
import { MessageKind } from './posting.ts'
import { type Channel, channelOf, type Json, type Message, messageOf, type User } from './state.ts'

const BUTTON = 2
const STRING_SELECT = 3
const LINK_STYLE = 5
const SUBCOMMAND = 1

type Acts = Pick<DiscordPerson, 'click' | 'select' | 'command' | 'messageCommand' | 'submitModal'>

export function createInteractionActs({ state, interactions, commands }: PeopleParts, user: User): Acts {
  /** By interaction id: where a modal was opened from. */
  const origins = new Map<string, { readonly channel: Channel; readonly source?: Message }>()

  const find = ({ channelId, messageId }: MessageAt): { channel: Channel; source: Message } => {
    const channel = channelOf(state, channelId)
    const forOne = state.ephemeral.get(messageId)
    if (forOne !== undefined && forOne.interaction?.user !== user) {
      throw new Error(`${user.name} does not see message ${messageId}: it is for somebody else.`)
    }
    return { channel, source: forOne ?? messageOf(channel, messageId) }
  }

  const remember = (interacted: Interacted, origin: { channel: Channel; source?: Message }): Interacted => {
    origins.set(interacted.interactionId, origin)
    return interacted
  }

  const use = (at: MessageAt, customId: string, type: number, values?: readonly string[]): Interacted => {
    const origin = find(at)
    const component = flatten(origin.source.components).find((one) => one.custom_id === customId)
    if (component === undefined || !isUsable(component, type)) {
      throw new Error(`Message ${at.messageId} shows no enabled component ${customId} of type ${type}.`)
    }
    if (values !== undefined) checkChosen(component, values)
    const data = { custom_id: customId, component_type: type, ...(values !== undefined && { values }) }
    const start = { kind: InteractionKind.component, user, data, answerType: MessageKind.reply, ...origin }
    return remember(interactions.start(start), origin)
  }

  return {
    click: (message, customId) => use(message, customId, BUTTON),
    select: (message, customId, values) => use(message, customId, STRING_SELECT, values),
    command(place, words, options = {}) {
      const [name = '', sub] = words.split(' ')
      const command = commands.find(1, name)
      if (command === undefined) throw new Error(`The application has registered no command /${name}.`)
      const origin = { channel: channelOf(state, place) }
      const below = sub === undefined ? command : command.options?.find((one) => one.name === sub)
      if (below === undefined) throw new Error(`The command /${name} has no subcommand ${sub}.`)
      if (sub === undefined && command.options?.some(({ type }) => type === SUBCOMMAND)) {
        throw new Error(`The command /${name} cannot be used without one of its subcommands.`)
      }
      const given = Object.entries(options).map(([option, value]) => {
        const type = below.options?.find((one) => one.name === option)?.type
        if (type === undefined) throw new Error(`The command /${words} has no option ${option}.`)
        return { name: option, type, value }
      })
      const used = sub === undefined ? given : [{ name: sub, type: SUBCOMMAND, options: given }]
      const data = { id: command.id, name, type: 1, options: used }
      const start = { kind: InteractionKind.command, user, data, answerType: MessageKind.command, ...origin }
      return remember(interactions.start(start), origin)
    },
    messageCommand(at, name) {
      const command = commands.find(3, name)
      if (command === undefined)
        throw new Error(`The application has registered no message command "${name}".`)
      const { channel, source } = find(at)
      // The target comes with its content, whatever the intents.
      const resolved = { messages: { [source.id]: messageJson(state, source, true) } }
      const data = { id: command.id, name, type: 3, target_id: source.id, resolved }
      const start = {
        kind: InteractionKind.command,
        user,
        channel,
        data,
        answerType: MessageKind.contextCommand,
      }
      return remember(interactions.start(start), { channel })
    },
    submitModal(opened, values) {
      const modal = opened.answer()?.modal
      const origin = origins.get(opened.interactionId)
      if (modal === undefined || origin === undefined) throw new Error(`${user.name} was shown no modal.`)
      const resolved: Record<string, Json> = {}
      const form = filledIn(modal, values, ({ bytes, ...file }) => {
        const attachment = {
          ...{ id: state.nextId(), channelId: origin.channel.id },
          ...{ ...file, bytes: Buffer.from(bytes) },
        }
        state.attachments.set(attachment.id, attachment)
        resolved[attachment.id] = { ...attachmentJson(state, attachment), ephemeral: true }
        return attachment.id
      })
      const files = Object.keys(resolved).length > 0 && { resolved: { attachments: resolved } }
      const data = { ...form, ...files }
      const start = { kind: InteractionKind.modal, user, data, answerType: MessageKind.reply, ...origin }
      return remember(interactions.start(start), origin)
    },
  }
}

/** The client's menu offers nothing else. */
function checkChosen(component: SeenComponent, values: readonly string[]): void {
  const { options = [], min_values: least = 1, max_values: most = 1 } = menu.parse(component)
  const offered = values.every((value) => options.some((option) => option.value === value))
  if (offered && values.length >= least && values.length <= most) return
  throw new Error(`The menu ${component.custom_id} does not let anybody choose ${JSON.stringify(values)}.`)
}

const menu = z.looseObject({
  options: z.array(z.looseObject({ value: z.string() })).optional(),
  min_values: z.number().optional(),
  max_values: z.number().optional(),
})

const isUsable = ({ type, style, disabled }: SeenComponent, wanted: number): boolean =>
  type === wanted && disabled !== true && style !== LINK_STYLE
