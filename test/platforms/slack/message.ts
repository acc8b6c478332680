/** One message: how it is stored, how it looks on the wire, and how a reader sees it. */
import { proseOf } from './blocks.ts'
import type { Block, VisibleMessage } from './contract.ts'
import { compact, type Json } from './json.ts'
import { TEAM } from './workspace.ts'

export interface StoredMessage {
  readonly channel: string
  readonly ts: string
  /** The root of its thread; undefined at top level. */
  readonly threadTs: string | undefined
  /** User id of the author, a bot's too. */
  readonly user: string
  readonly botId: string | undefined
  readonly appId: string | undefined
  /** `bot_message` hides `user` on the wire. */
  readonly subtype: string | undefined
  readonly username: string | undefined
  readonly userTeam: string | undefined
  text: string
  blocks: readonly Block[]
  attachments: readonly Json[]
  metadata: Json | undefined
  edited: { readonly user: string; readonly ts: string } | undefined
  stream: Stream | undefined
  /** Deleted while it had replies: it stays as the root of its thread. */
  tombstone: boolean
  readonly reactions: Map<string, string[]>
}

export interface Stream {
  /** `ended`: by the platform, and it looks half-written until an edit. `stopped`: by the user. */
  state: 'in_progress' | 'completed' | 'ended' | 'stopped' | 'mended'
  readonly startedAt: number
  /** Text in `markdown_text`, or in chunks; a stream keeps the mode of its first text. */
  mode: 'text' | 'chunks' | undefined
  readonly tasks: Map<string, Json>
  /** Blocks sent as chunks. */
  readonly chunkBlocks: Block[]
}

const STREAMING_STATE = {
  in_progress: 'in_progress',
  completed: 'completed',
  stopped: 'completed',
  mended: 'completed',
  ended: 'errored',
} as const

/** As events and API answers carry it. `event_ts`, `channel` and `channel_type` are the event's. */
export function toWire(message: StoredMessage, withMetadata: boolean): Json {
  if (message.tombstone) {
    return {
      type: 'message',
      subtype: 'tombstone',
      user: 'USLACKBOT',
      text: 'This message was deleted.',
      ts: message.ts,
      thread_ts: message.ts,
    }
  }
  const asBotMessage = message.subtype === 'bot_message'
  const foreign = message.userTeam !== undefined && message.userTeam !== TEAM.id
  return compact({
    type: 'message',
    subtype: message.subtype,
    user: asBotMessage ? undefined : message.user,
    bot_id: message.botId,
    app_id: message.appId,
    username: asBotMessage ? message.username : undefined,
    bot_profile:
      message.botId === undefined
        ? undefined
        : { id: message.botId, app_id: message.appId, name: message.username, team_id: TEAM.id },
    team: message.userTeam ?? TEAM.id,
    user_team: foreign ? message.userTeam : undefined,
    source_team: foreign ? message.userTeam : undefined,
    text: message.text,
    ts: message.ts,
    thread_ts: message.threadTs,
    blocks: message.blocks.length > 0 ? message.blocks : undefined,
    attachments: message.attachments.length > 0 ? message.attachments : undefined,
    edited: message.edited,
    files: message.subtype === 'file_share' ? [{ id: `F${message.ts}`, name: 'notes.txt' }] : undefined,
    streaming_state: message.stream === undefined ? undefined : STREAMING_STATE[message.stream.state],
    reactions: message.reactions.size > 0 ? reactionsOf(message) : undefined,
    metadata: withMetadata ? message.metadata : undefined,
  })
}

export function toVisible(message: StoredMessage): VisibleMessage {
  const prose = proseOf(message.blocks)
  const streamed = message.stream !== undefined && message.stream.state !== 'mended'
  const read = streamed ? [message.text, prose] : [prose === '' ? message.text : prose]
  return {
    ts: message.ts,
    threadTs: message.threadTs,
    user: message.user,
    botId: message.botId,
    text: message.text,
    shown: read.filter((text) => text !== '').join('\n'),
    blocks: message.blocks,
    streaming: message.stream?.state === 'in_progress' || message.stream?.state === 'ended',
    edited: message.edited !== undefined,
    metadata: message.metadata,
    tasks: [...(message.stream?.tasks.values() ?? [])],
    reactions: reactionsOf(message).map(({ name, users }) => ({ name, users })),
  }
}

function reactionsOf(message: StoredMessage): { name: string; users: string[]; count: number }[] {
  return [...message.reactions].map(([name, users]) => ({ name, users: [...users], count: users.length }))
}
