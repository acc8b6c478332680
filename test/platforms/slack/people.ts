/** The people and the other bots of the workspace: what they do in the client, in a test's words. */
import type {
  MessageRef,
  PostOptions,
  Repeatable,
  Sent,
  SlackBot,
  SlackPerson,
  ViewValues,
} from './contract.ts'
import type { Events } from './events.ts'
import type { Interactions } from './interactions.ts'
import type { Messages } from './messages.ts'
import { BOT, type User, type Workspace } from './workspace.ts'

export interface PeopleDeps {
  readonly workspace: Workspace
  readonly messages: Messages
  readonly events: Events
  readonly interactions: Interactions
}

/** People and bots by name: asked for twice, the same one answers. */
export class People {
  readonly #deps: PeopleDeps
  readonly #people = new Map<string, SlackPerson>()
  readonly #bots = new Map<string, SlackBot>()

  constructor(deps: PeopleDeps) {
    this.#deps = deps
  }

  person(name: string): SlackPerson {
    const person =
      this.#people.get(name) ?? createPerson(this.#deps, this.#deps.workspace.addUser(name, false))
    this.#people.set(name, person)
    return person
  }

  bot(name: string): SlackBot {
    const bot = this.#bots.get(name) ?? createBot(this.#deps, this.#deps.workspace.addUser(name, true))
    this.#bots.set(name, bot)
    return bot
  }
}

function createPerson(deps: PeopleDeps, user: User): SlackPerson {
  const { events, interactions, messages, workspace } = deps
  const post = postAs(deps, user)
  const dm = workspace.dmOf(user.id).id
  const own = ({ channel, ts }: MessageRef) => {
    const message = messages.find(channel, ts)
    if (message.user !== user.id) throw new Error(`${user.name} cannot change a message of ${message.user}.`)
    return message
  }
  return {
    id: user.id,
    name: user.name,
    dm,
    mention: (channel, text, options) => post(channel, `<@${BOT.userId}> ${text}`, options),
    post,
    directMessage: (text, options) => post(dm, text, options),
    edit: async (at, text) =>
      messages.change(own(at), user, (message) => {
        message.text = text
      }),
    delete: async (at) => messages.remove(own(at)),
    ...reactionsOf(deps, user),
    openHome: async (tab = 'messages') => {
      events.publish({
        type: 'app_home_opened',
        user: user.id,
        channel: dm,
        tab,
        event_ts: workspace.nextTs(),
      })
    },
    click: (at, actionId, value) => interactions.click(user, at, actionId, value),
    press: (actionId) => interactions.press(user, actionId),
    submit: (values: ViewValues) => interactions.submit(user, values),
    dismiss: () => interactions.dismiss(user),
    shortcut: (callbackId, at) => interactions.shortcut(user, callbackId, at),
    command: (command, text, channel) => interactions.command(user, command, text, channel),
  }
}

function createBot(deps: PeopleDeps, user: User): SlackBot {
  return {
    userId: user.id,
    botId: user.botId ?? '',
    name: user.name,
    post: postAs(deps, user),
    ...reactionsOf(deps, user),
  }
}

function postAs(
  { workspace, messages }: PeopleDeps,
  author: User,
): (channel: string, text: string, options?: PostOptions) => Promise<Sent> {
  return async (channelId, text, { threadTs, subtype, userTeam } = {}) => {
    const channel = workspace.channel(channelId)
    const root = threadTs === undefined ? undefined : messages.rootOf(channel.id, threadTs)
    if (threadTs !== undefined && root === undefined) {
      throw new Error(`There is no message ${threadTs} in ${channel.id} to reply to.`)
    }
    const { sent } = messages.post({
      author,
      channel,
      text,
      threadTs: root,
      subtype: author.botId === undefined ? subtype : 'bot_message',
      userTeam,
    })
    return sent
  }
}

function reactionsOf({ messages }: PeopleDeps, user: User): Pick<SlackPerson, 'react' | 'unreact'> {
  return {
    react: async (channel, ts, name): Promise<Repeatable> =>
      messages.react(messages.find(channel, ts), user, name),
    unreact: async (channel, ts, name): Promise<Repeatable> =>
      messages.unreact(messages.find(channel, ts), user, name),
  }
}
