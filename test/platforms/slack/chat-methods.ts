/** `chat.*` without streams: posting, editing, deleting, and what only one person sees. */
import { contentOf, warningOf } from './content.ts'
import type { Ephemeral } from './contract.ts'
import type { Json } from './json.ts'
import { type StoredMessage, toWire } from './message.ts'
import type { Messages } from './messages.ts'
import { type Args, SlackFailure } from './request.ts'
import type { Sessions } from './sessions.ts'
import type { Methods } from './web-api.ts'
import { BOT, type Channel, type Workspace } from './workspace.ts'

/** `chat.update` refuses what `chat.postMessage` would only cut. */
const UPDATE_TEXT_CHARACTERS = 4_000

export interface ChatDeps {
  readonly workspace: Workspace
  readonly messages: Messages
  readonly sessions: Sessions
  readonly ephemerals: Ephemeral[]
}

export function chatMethods(deps: ChatDeps): Methods {
  const { workspace, messages, sessions, ephemerals } = deps
  return {
    'chat.postMessage': (args) => {
      const channel = destination(workspace, args.need('channel'))
      const content = contentOf(args)
      // A reply to a message that is gone is no refusal: the platform silently posts it at top level.
      const threadTs = args.has('thread_ts') ? messages.rootOf(channel.id, args.need('thread_ts')) : undefined
      const { message } = messages.post({
        author: workspace.user(BOT.userId),
        channel,
        ...content,
        threadTs,
        subtype: args.flag('reply_broadcast') && threadTs !== undefined ? 'thread_broadcast' : undefined,
      })
      if (threadTs !== undefined) sessions.appPosted(channel.id, threadTs)
      return { ...posted(message), ...warningOf(content) }
    },

    'chat.update': (args) => {
      const message = own(workspace, messages, args, 'cant_update_message')
      if (message.stream?.state === 'in_progress') throw new SlackFailure('streaming_state_conflict')
      const content = contentOf(args)
      if (args.has('text') && content.text.length > UPDATE_TEXT_CHARACTERS)
        throw new SlackFailure('msg_too_long')
      messages.change(message, workspace.user(BOT.userId), () => {
        message.text = content.text
        message.blocks = content.blocks ?? []
        if (content.attachments !== undefined) message.attachments = content.attachments
        if (content.metadata !== undefined) message.metadata = content.metadata
        if (message.stream !== undefined) message.stream.state = 'mended'
      })
      return { ...posted(message), text: message.text, ...warningOf(content) }
    },

    'chat.delete': (args) => {
      const message = own(workspace, messages, args, 'cant_delete_message')
      messages.remove(message)
      return { channel: message.channel, ts: message.ts }
    },

    'chat.postEphemeral': (args) => {
      const channel = workspace.channelToWrite(args.need('channel'))
      const user = workspace.user(args.need('user'))
      if (channel.kind !== 'channel' && channel.kind !== 'group' && !channel.members.has(user.id)) {
        throw new SlackFailure('user_not_in_channel')
      }
      const content = contentOf(args)
      const ts = workspace.nextTs()
      const threadTs = args.text('thread_ts')
      const blocks = content.blocks ?? []
      ephemerals.push({ channel: channel.id, ts, user: user.id, threadTs, text: content.text, blocks })
      return { message_ts: ts }
    },

    'chat.getPermalink': (args) => {
      const channel = workspace.channelOfBot(args.need('channel'))
      const { ts } = messages.find(channel.id, args.need('message_ts'))
      const permalink = `https://parley-test.slack.com/archives/${channel.id}/p${ts.replace('.', '')}`
      return { channel: channel.id, permalink }
    },
  }
}

/** A user id stands for the direct message with that user. */
function destination(workspace: Workspace, channel: string): Channel {
  return channel.startsWith('U')
    ? workspace.dmOf(workspace.user(channel).id)
    : workspace.channelToWrite(channel)
}

function own(workspace: Workspace, messages: Messages, args: Args, otherwise: string): StoredMessage {
  const channel = workspace.channelToWrite(args.need('channel'))
  const message = messages.find(channel.id, args.need('ts'))
  if (message.user !== BOT.userId) throw new SlackFailure(otherwise)
  return message
}

const posted = (message: StoredMessage): Json => ({
  channel: message.channel,
  ts: message.ts,
  message: toWire(message, true),
})
