/** What people press: buttons, views, shortcuts and commands, sent to the app as interactions. */
import { elementsOf } from './blocks.ts'
import type { Ephemeral, Interaction, MessageRef, OpenView, ViewValues } from './contract.ts'
import type { Answer, Deliveries } from './deliveries.ts'
import { compact, isJson, type Json, textOf } from './json.ts'
import { type StoredMessage, toWire } from './message.ts'
import type { Messages } from './messages.ts'
import { Args } from './request.ts'
import type { ResponseUrls } from './response-urls.ts'
import { filledIn, option } from './view-values.ts'
import type { Views } from './views.ts'
import { BOT, TEAM, type User, type Workspace } from './workspace.ts'

export interface InteractionDeps {
  readonly workspace: Workspace
  readonly messages: Messages
  readonly ephemerals: readonly Ephemeral[]
  readonly views: Views
  readonly deliveries: Deliveries
  readonly responseUrls: ResponseUrls
}

export class Interactions {
  readonly #deps: InteractionDeps

  constructor(deps: InteractionDeps) {
    this.#deps = deps
  }

  /** @throws Error when the message shows no such element. */
  async click(user: User, at: MessageRef, actionId: string, value: string | undefined): Promise<Interaction> {
    const { ephemerals, messages, responseUrls, views, workspace } = this.#deps
    const ephemeral = ephemerals.find(({ channel, ts }) => channel === at.channel && ts === at.ts)
    const message = ephemeral === undefined ? messages.find(at.channel, at.ts) : undefined
    const threadTs = ephemeral?.threadTs ?? message?.threadTs
    const payload = {
      ...this.#from(user, 'block_actions'),
      trigger_id: views.trigger(user.id),
      container: compact({
        type: 'message',
        message_ts: at.ts,
        channel_id: at.channel,
        is_ephemeral: ephemeral !== undefined,
        thread_ts: threadTs,
      }),
      channel: this.#channel(at.channel),
      ...(message === undefined ? {} : { message: toWire(message, true) }),
      state: { values: {} },
      response_url: responseUrls.create({ ...at, user: user.id, threadTs }),
      actions: [this.#press(message ?? ephemeral, actionId, value, workspace.nextTs())],
    }
    return this.#send('interactive', 'block_actions', payload)
  }

  async submit(user: User, values: ViewValues): Promise<Interaction> {
    const { views } = this.#deps
    const open = this.#newest(user)
    const state = filledIn(new Args(open.view).blocks() ?? [], values)
    const payload = {
      ...this.#from(user, 'view_submission'),
      trigger_id: views.trigger(user.id),
      view: { ...open.view, state },
      response_urls: [],
    }
    const answer = await this.#send('interactive', 'view_submission', payload)
    const shown = answer.acknowledged && views.apply(user.id, open.id, answer.response)
    return { ...answer, acknowledged: shown }
  }

  /** @throws Error when the newest view shows no such element. */
  async press(user: User, actionId: string): Promise<Interaction> {
    const { views, workspace } = this.#deps
    const { id, view } = this.#newest(user)
    const blocks = new Args(view).blocks() ?? []
    return this.#send('interactive', 'block_actions', {
      ...this.#from(user, 'block_actions'),
      trigger_id: views.trigger(user.id),
      container: { type: 'view', view_id: id },
      view: { ...view, state: filledIn(blocks, {}, false) },
      actions: [this.#press({ blocks }, actionId, undefined, workspace.nextTs())],
    })
  }

  /** The app is told only if it asked to be (`notify_on_close`). */
  async dismiss(user: User): Promise<Interaction | undefined> {
    const open = this.#newest(user)
    this.#deps.views.apply(user.id, open.id, undefined)
    if (open.view.notify_on_close !== true) return undefined
    const payload = { ...this.#from(user, 'view_closed'), view: open.view, is_cleared: false }
    return this.#send('interactive', 'view_closed', payload)
  }

  async shortcut(user: User, callbackId: string, at: MessageRef): Promise<Interaction> {
    const { messages, responseUrls, views, workspace } = this.#deps
    const message = messages.find(at.channel, at.ts)
    return this.#send('interactive', 'message_action', {
      ...this.#from(user, 'message_action'),
      callback_id: callbackId,
      trigger_id: views.trigger(user.id),
      action_ts: workspace.nextTs(),
      message_ts: at.ts,
      message: toWire(message, true),
      channel: this.#channel(at.channel),
      response_url: responseUrls.create({ ...at, user: user.id, threadTs: message.threadTs }),
    })
  }

  async command(user: User, command: string, text: string, channelId: string): Promise<Interaction> {
    const { responseUrls, views } = this.#deps
    const channel = this.#channel(channelId)
    return this.#send('slash_commands', command, {
      token: 'a-verification-token-nobody-reads',
      team_id: TEAM.id,
      team_domain: TEAM.domain,
      channel_id: channel.id,
      channel_name: channel.name,
      user_id: user.id,
      user_name: user.name,
      command,
      text,
      api_app_id: BOT.appId,
      is_enterprise_install: 'false',
      response_url: responseUrls.create({ channel: channelId, ts: '', user: user.id, threadTs: undefined }),
      trigger_id: views.trigger(user.id),
    })
  }

  #newest(user: User): OpenView {
    const open = this.#deps.views.openOf(user.id).at(-1)
    if (open === undefined) throw new Error(`${user.name} has no view open.`)
    return open
  }

  #from(user: User, type: string): Json {
    return {
      type,
      team: { id: TEAM.id, domain: TEAM.domain },
      user: { id: user.id, username: user.name, name: user.name, team_id: user.team },
      api_app_id: BOT.appId,
      token: 'a-verification-token-nobody-reads',
      enterprise: null,
      is_enterprise_install: false,
    }
  }

  #channel(id: string): { readonly id: string; readonly name: string } {
    const channel = this.#deps.workspace.channel(id)
    return { id: channel.id, name: channel.name }
  }

  #press(
    shown: Pick<StoredMessage | Ephemeral, 'blocks'> | undefined,
    actionId: string,
    value: string | undefined,
    ts: string,
  ): Json {
    const found = (shown?.blocks ?? [])
      .flatMap((block) => elementsOf(block).map((element) => ({ block, element })))
      .find(({ element }) => element.action_id === actionId)
    if (found === undefined) throw new Error(`The message shows nothing with the action id "${actionId}".`)
    const { block, element } = found
    const action = {
      type: textOf(element.type),
      action_id: actionId,
      block_id: textOf(block.block_id),
      action_ts: ts,
    }
    return { ...action, ...pressed(element, value) }
  }

  async #send(kind: 'interactive' | 'slash_commands', type: string, payload: Json): Promise<Interaction> {
    const once = async () => {
      const outgoing = { kind, type, eventId: undefined, payload }
      const answer: Answer = await this.#deps.deliveries.once(outgoing, undefined)
      return { acknowledged: answer.acknowledged, response: answer.response }
    }
    return {
      ...(await once()),
      redeliver: (times) => Promise.all(Array.from({ length: times }, once)),
    }
  }
}

/** @throws Error when the element does not offer `value`. */
function pressed(element: Json, value: string | undefined): Json {
  switch (element.type) {
    case 'feedback_buttons': {
      const sides = [element.positive_button, element.negative_button].filter(isJson)
      const side = sides.find((button) => button.value === value)
      if (side !== undefined) return { value, text: side.text }
      throw new Error(
        `No feedback button "${value}"; there are ${sides.map((s) => textOf(s.value)).join(', ')}.`,
      )
    }
    case 'static_select':
    case 'radio_buttons':
    case 'overflow':
      return { selected_option: option(element, value ?? '') }
    default:
      if (value !== undefined && value !== element.value) {
        throw new Error(`The button's value is "${textOf(element.value)}", not "${value}".`)
      }
      return compact({ value: element.value, text: element.text, icon: element.icon })
  }
}
