/** What the app may ask about: itself, conversations, people, bots, reactions, emoji. */
import { blockFaults } from './blocks.ts'
import type { Json } from './json.ts'
import { type StoredMessage, toWire } from './message.ts'
import type { Messages } from './messages.ts'
import { Args, SlackFailure } from './request.ts'
import type { Methods } from './web-api.ts'
import { BOT, type Channel, TEAM, type User, type Workspace } from './workspace.ts'

export interface ReadDeps {
  readonly workspace: Workspace
  readonly messages: Messages
  readonly emoji: Readonly<Record<string, string>>
}

export function readMethods({ workspace, messages, emoji }: ReadDeps): Methods {
  const bot = workspace.user(BOT.userId)
  return {
    'api.test': (args) => ({ args: args.raw }),

    'auth.test': () => ({
      url: `https://${TEAM.domain}.slack.com/`,
      team: TEAM.name,
      user: BOT.name,
      team_id: TEAM.id,
      user_id: BOT.userId,
      bot_id: BOT.botId,
      is_enterprise_install: false,
    }),

    'conversations.info': (args) => ({ channel: channelJson(workspace.channel(args.need('channel'))) }),

    'conversations.open': (args) => ({
      channel: { id: workspace.dmOf(workspace.user(args.need('users')).id).id },
    }),

    'conversations.replies': (args) => {
      const channel = workspace.channelOfBot(args.need('channel'))
      const root = messages.rootOf(channel.id, args.need('ts'))
      const thread = root === undefined ? [] : messages.replies(channel.id, root)
      if (thread.length === 0) throw new SlackFailure('thread_not_found')
      return page(inRange(thread, args), args, 1_000, (message, all) => wireReply(message, thread, all))
    },

    'conversations.history': (args) => {
      const channel = workspace.channelOfBot(args.need('channel'))
      const newestFirst = messages.topLevel(channel.id).toReversed()
      return page(inRange(newestFirst, args), args, 100, (message, all) =>
        wireReply(message, messages.replies(channel.id, message.ts), all),
      )
    },

    'users.info': (args) => ({ user: userJson(workspace.user(args.need('user'))) }),

    'bots.info': (args) => {
      const found = workspace.bot(args.text('bot') ?? BOT.botId)
      return {
        bot: { id: found.botId, app_id: found.appId, user_id: found.id, name: found.name, deleted: false },
      }
    },

    'reactions.add': (args) => {
      messages.react(target(workspace, messages, args), bot, emojiName(args))
      return {}
    },

    'reactions.remove': (args) => {
      messages.unreact(target(workspace, messages, args), bot, emojiName(args))
      return {}
    },

    'reactions.get': (args) => {
      const message = target(workspace, messages, args)
      return { type: 'message', channel: message.channel, message: toWire(message, false) }
    },

    'emoji.list': () => ({ emoji, cache_ts: '0' }),

    'blocks.validate': (args) => {
      const view = args.object('view', 'invalid_arguments')
      const blocks = (view === undefined ? args : new Args(view)).blocks() ?? []
      const faults = blockFaults(blocks, view === undefined ? 'message' : 'view')
      if (faults.length > 0) throw new SlackFailure('invalid_blocks', faults)
      return {}
    },
  }
}

function target(workspace: Workspace, messages: Messages, args: Args): StoredMessage {
  return messages.find(workspace.channelOfBot(args.need('channel')).id, args.need('timestamp'))
}

/** @throws SlackFailure `invalid_name`: colons are not part of it. */
function emojiName(args: Args): string {
  const name = args.need('name')
  if (!/^[\p{L}\p{N}_+'-]+(::skin-tone-[2-6])?$/u.test(name)) throw new SlackFailure('invalid_name')
  return name
}

function inRange(messages: readonly StoredMessage[], args: Args): readonly StoredMessage[] {
  const oldest = args.text('oldest') ?? '0'
  const latest = args.text('latest') ?? 'z'
  const inclusive = args.flag('inclusive')
  return messages.filter(
    ({ ts }) => (ts > oldest && ts < latest) || (inclusive && (ts === oldest || ts === latest)),
  )
}

function page(
  messages: readonly StoredMessage[],
  args: Args,
  standard: number,
  wire: (message: StoredMessage, withMetadata: boolean) => Json,
): Json {
  const limit = args.limit('limit', standard, 1_000)
  const start = startOf(args.text('cursor') ?? '')
  const shown = messages.slice(start, start + limit)
  const end = start + shown.length
  const more = end < messages.length
  return {
    messages: shown.map((message) => wire(message, args.flag('include_all_metadata'))),
    has_more: more,
    response_metadata: { next_cursor: more ? Buffer.from(`next:${end}`).toString('base64') : '' },
  }
}

/** @throws SlackFailure `invalid_cursor` */
function startOf(cursor: string): number {
  if (cursor === '') return 0
  const start = /^next:(\d+)$/.exec(Buffer.from(cursor, 'base64').toString())?.[1]
  if (start === undefined) throw new SlackFailure('invalid_cursor')
  return Number(start)
}

/** A root names its replies; a reply names the author of its root. */
function wireReply(message: StoredMessage, thread: readonly StoredMessage[], withMetadata: boolean): Json {
  const wire = toWire(message, withMetadata)
  const [root, ...replies] = thread
  if (message !== root) return { ...wire, parent_user_id: root?.user }
  if (replies.length === 0) return wire
  return {
    ...wire,
    thread_ts: message.ts,
    reply_count: replies.length,
    reply_users: [...new Set(replies.map(({ user }) => user))],
    latest_reply: replies.at(-1)?.ts,
  }
}

function channelJson({ id, name, kind, members }: Channel): Json {
  if (kind === 'im') {
    return { id, is_im: true, user: [...members].find((member) => member !== BOT.userId), is_open: true }
  }
  return {
    id,
    name,
    is_channel: kind === 'channel',
    is_group: kind === 'group',
    is_im: false,
    is_mpim: kind === 'mpim',
    is_private: kind !== 'channel',
    is_archived: false,
    is_member: members.has(BOT.userId),
  }
}

function userJson({ id, name, team, botId, appId }: User): Json {
  const bot = botId === undefined ? {} : { bot_id: botId, api_app_id: appId }
  return {
    id,
    team_id: team,
    name,
    real_name: name,
    deleted: false,
    is_bot: botId !== undefined,
    is_app_user: false,
    profile: { real_name: name, display_name: name, ...bot },
  }
}
