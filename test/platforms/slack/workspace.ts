/** Who and what is in the workspace: channels, people, bots, and the ids and timestamps they are known by. */
import type { Clock } from '#core/clock.ts'
import type { BotIdentity, ChannelOptions } from './contract.ts'
import { SlackFailure } from './request.ts'

export interface Channel {
  readonly id: string
  readonly name: string
  readonly kind: 'channel' | 'group' | 'im' | 'mpim'
  readonly members: Set<string>
}

export interface User {
  readonly id: string
  readonly name: string
  /** The workspace the account belongs to; another one's for Slack Connect. */
  readonly team: string
  readonly botId: string | undefined
  readonly appId: string | undefined
}

export const TEAM = { id: 'T0PARLEY01', name: 'Parley Test', domain: 'parley-test' } as const

export const BOT: BotIdentity = {
  userId: 'U0PARLEYBOT',
  botId: 'B0PARLEYBOT',
  appId: 'A0PARLEYAPP',
  name: 'parley',
}

export class Workspace {
  readonly #clock: Clock
  readonly #channels = new Map<string, Channel>()
  readonly #users = new Map<string, User>()
  readonly #archived = new Set<string>()
  #lastId = 0
  /** Microseconds of the newest timestamp: no two messages of a workspace share one. */
  #lastMicros = 0

  constructor(clock: Clock) {
    this.#clock = clock
    this.#users.set(BOT.userId, {
      id: BOT.userId,
      name: BOT.name,
      team: TEAM.id,
      botId: BOT.botId,
      appId: BOT.appId,
    })
  }

  nextId(prefix: string): string {
    this.#lastId += 1
    return `${prefix}${this.#lastId.toString(36).toUpperCase().padStart(9, '0')}`
  }

  nextTs(): string {
    this.#lastMicros = Math.max(this.#lastMicros + 1, Math.trunc(this.#clock.now() * 1_000))
    const digits = String(this.#lastMicros).padStart(7, '0')
    return `${digits.slice(0, -6)}.${digits.slice(-6)}`
  }

  channelNamed(name: string, options: ChannelOptions = {}): Channel {
    const found = [...this.#channels.values()].find((channel) => channel.name === name)
    if (found !== undefined) return found
    const kind = options.mpim === true ? 'mpim' : options.private === true ? 'group' : 'channel'
    const channel: Channel = { id: this.nextId('C'), name, kind, members: new Set() }
    if (options.botIsMember !== false) channel.members.add(BOT.userId)
    this.#channels.set(channel.id, channel)
    return channel
  }

  /** The direct message channel between the app and this user. */
  dmOf(user: string): Channel {
    const found = [...this.#channels.values()].find(
      (channel) => channel.kind === 'im' && channel.members.has(user),
    )
    if (found !== undefined) return found
    const channel: Channel = {
      id: this.nextId('D'),
      name: 'directmessage',
      kind: 'im',
      members: new Set([user, BOT.userId]),
    }
    this.#channels.set(channel.id, channel)
    return channel
  }

  /** @throws SlackFailure `channel_not_found` */
  channel(idOrName: string): Channel {
    const channel =
      this.#channels.get(idOrName) ??
      [...this.#channels.values()].find(({ name }) => name === idOrName.replace(/^#/, ''))
    if (channel === undefined) throw new SlackFailure('channel_not_found')
    return channel
  }

  /** @throws SlackFailure `channel_not_found`, `not_in_channel`; a private channel is not even found. */
  channelOfBot(idOrName: string): Channel {
    const channel = this.channel(idOrName)
    if (channel.members.has(BOT.userId)) return channel
    throw new SlackFailure(channel.kind === 'channel' ? 'not_in_channel' : 'channel_not_found')
  }

  archive(id: string): void {
    this.#archived.add(id)
  }

  /** @throws SlackFailure `is_archived`, and what `channelOfBot` throws. */
  channelToWrite(idOrName: string): Channel {
    const channel = this.channelOfBot(idOrName)
    if (this.#archived.has(channel.id)) throw new SlackFailure('is_archived')
    return channel
  }

  addUser(name: string, bot: boolean): User {
    const user: User = {
      id: this.nextId('U'),
      name,
      team: TEAM.id,
      botId: bot ? this.nextId('B') : undefined,
      appId: bot ? this.nextId('A') : undefined,
    }
    this.#users.set(user.id, user)
    return user
  }

  /** @throws SlackFailure `user_not_found` */
  user(id: string): User {
    const user = this.#users.get(id)
    if (user === undefined) throw new SlackFailure('user_not_found')
    return user
  }

  /** @throws SlackFailure `bot_not_found` */
  bot(botId: string): User {
    const bot = [...this.#users.values()].find((user) => user.botId === botId)
    if (bot === undefined) throw new SlackFailure('bot_not_found')
    return bot
  }
}
