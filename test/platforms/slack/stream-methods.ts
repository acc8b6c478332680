/** `chat.startStream`, `appendStream` and `stopStream`: a message that grows while it is read. */
import type { Clock } from '#core/clock.ts'
import { checkBlocks } from './blocks.ts'
import { MARKDOWN_CHARACTERS, metadataOf } from './content.ts'
import type { Block } from './contract.ts'
import { type Json, textOf } from './json.ts'
import { type StoredMessage, type Stream, toWire } from './message.ts'
import type { Messages } from './messages.ts'
import { type Args, invalid, SlackFailure } from './request.ts'
import { type Sessions, STATUSES } from './sessions.ts'
import type { Methods } from './web-api.ts'
import { BOT, type Channel, TEAM, type Workspace } from './workspace.ts'

const TASK_STATUSES = ['pending', 'in_progress', 'complete', 'error']

/** What one call adds to a stream. */
interface Addition {
  readonly mode: Stream['mode']
  readonly text: string
  readonly tasks: readonly Json[]
  readonly blocks: readonly Block[]
}

export interface StreamDeps {
  readonly workspace: Workspace
  readonly messages: Messages
  readonly sessions: Sessions
  readonly clock: Clock
  readonly maxBytes: number
}

export function streamMethods({ workspace, messages, sessions, clock, maxBytes }: StreamDeps): Methods {
  const bot = workspace.user(BOT.userId)
  return {
    'chat.startStream': (args) => {
      const channel = workspace.channelToWrite(args.need('channel'))
      const threadTs = threadOf(messages, channel, args)
      checkRecipient(workspace, channel, args)
      args.oneOf('task_display_mode', ['timeline', 'plan'])
      const addition = additionOf(args)
      checkLength('', addition, maxBytes)
      const stream: Stream = {
        state: 'in_progress',
        startedAt: clock.now(),
        mode: undefined,
        tasks: new Map(),
        chunkBlocks: [],
      }
      const blocks = grow(stream, addition)
      const { message } = messages.post({
        author: bot,
        channel,
        threadTs,
        text: addition.text,
        blocks,
        stream,
      })
      return { channel: channel.id, ts: message.ts }
    },

    'chat.appendStream': (args) => {
      const { message, stream } = streamed(workspace, messages, args)
      if (stream.state === 'stopped') throw new SlackFailure('stopped_by_user')
      if (stream.state !== 'in_progress') throw new SlackFailure('message_not_in_streaming_state')
      const addition = additionOf(args)
      if (addition.mode === undefined) throw new SlackFailure('no_text')
      checkLength(message.text, addition, maxBytes)
      messages.change(message, undefined, () => add(message, stream, addition))
      return { channel: message.channel, ts: message.ts }
    },

    'chat.stopStream': (args) => {
      const { message, stream } = streamed(workspace, messages, args)
      const addition = additionOf(args)
      // The user's Stop ended the stream; the call that only closes the session still goes through.
      const stopped = stream.state === 'stopped'
      if (stopped && addition.mode !== undefined) throw new SlackFailure('stopped_by_user')
      if (!stopped && stream.state !== 'in_progress') throw new SlackFailure('message_not_in_streaming_state')
      const status = args.oneOf('session_status', STATUSES) ?? 'active'
      const blocks = args.blocks() ?? []
      checkBlocks(blocks, 'message')
      const metadata = metadataOf(args)
      checkLength(message.text, addition, maxBytes)
      messages.change(message, undefined, () => {
        add(message, stream, addition)
        message.blocks = [...message.blocks, ...blocks]
        message.metadata = metadata
        stream.state = 'completed'
      })
      sessions.streamStopped(message.channel, message.threadTs ?? message.ts, status)
      return { channel: message.channel, ts: message.ts, message: toWire(message, true) }
    },
  }
}

function add(message: StoredMessage, stream: Stream, addition: Addition): void {
  message.text += addition.text
  message.blocks = grow(stream, addition)
}

/** @returns the blocks of the stream now. */
function grow(stream: Stream, { mode, tasks, blocks }: Addition): readonly Block[] {
  if (mode !== undefined && stream.mode !== undefined && mode !== stream.mode) {
    throw new SlackFailure('streaming_mode_mismatch')
  }
  stream.mode ??= mode
  stream.chunkBlocks.push(...blocks)
  checkBlocks(stream.chunkBlocks, 'message')
  for (const task of tasks) {
    const id = textOf(task.id) || 'plan'
    stream.tasks.set(id, { ...stream.tasks.get(id), ...task })
  }
  return [...stream.chunkBlocks]
}

function threadOf(messages: Messages, channel: Channel, args: Args): string | undefined {
  if (!args.has('thread_ts')) {
    if (channel.kind === 'im') throw invalid('missing required field: thread_ts')
    return undefined
  }
  const root = messages.rootOf(channel.id, args.need('thread_ts'))
  if (root === undefined) throw new SlackFailure('invalid_thread_ts')
  return root
}

/** In a channel the platform wants to know for whom the stream is. */
function checkRecipient(workspace: Workspace, channel: Channel, args: Args): void {
  const team = args.text('recipient_team_id') ?? ''
  const user = args.text('recipient_user_id') ?? ''
  if (channel.kind !== 'im') {
    if (team === '') throw new SlackFailure('missing_recipient_team_id')
    if (user === '') throw new SlackFailure('missing_recipient_user_id')
  }
  if (user !== '' && (team === '' || team === TEAM.id)) workspace.user(user)
}

function streamed(
  workspace: Workspace,
  messages: Messages,
  args: Args,
): { readonly message: StoredMessage; readonly stream: Stream } {
  const channel = workspace.channelToWrite(args.need('channel'))
  const message = messages.find(channel.id, args.need('ts'))
  if (message.user !== BOT.userId) throw new SlackFailure('message_not_owned_by_app')
  if (message.stream === undefined) throw new SlackFailure('message_not_in_streaming_state')
  return { message, stream: message.stream }
}

function additionOf(args: Args): Addition {
  const markdown = args.text('markdown_text') ?? ''
  const chunks = args.objects('chunks', 'invalid_chunks') ?? []
  if (markdown !== '' && chunks.length > 0) {
    throw new SlackFailure('cannot_provide_both_markdown_text_and_chunks')
  }
  const parts = chunks.map(chunkOf)
  const text = markdown + parts.map((part) => part.text).join('')
  if (text.length > MARKDOWN_CHARACTERS) throw new SlackFailure('msg_too_long')
  return {
    mode: markdown !== '' ? 'text' : chunks.length > 0 ? 'chunks' : undefined,
    text,
    tasks: parts.flatMap((part) => part.tasks),
    blocks: parts.flatMap((part) => part.blocks),
  }
}

function chunkOf(chunk: Json): Pick<Addition, 'text' | 'tasks' | 'blocks'> {
  const nothing = { text: '', tasks: [], blocks: [] }
  switch (chunk.type) {
    case 'markdown_text':
      if (typeof chunk.text !== 'string') throw new SlackFailure('invalid_chunks')
      return { ...nothing, text: chunk.text }
    case 'task_update':
      if (textOf(chunk.id) === '' || !TASK_STATUSES.includes(textOf(chunk.status))) {
        throw new SlackFailure('invalid_chunks')
      }
      return { ...nothing, tasks: [chunk] }
    case 'plan_update':
      return { ...nothing, tasks: [chunk] }
    case 'blocks':
      return { ...nothing, blocks: chunkBlocks(chunk) }
    default:
      throw new SlackFailure('invalid_chunks')
  }
}

function chunkBlocks({ blocks }: Json): readonly Block[] {
  if (!Array.isArray(blocks)) throw new SlackFailure('invalid_chunks')
  return blocks.map((block) => {
    if (typeof block?.type !== 'string') throw new SlackFailure('invalid_blocks')
    return block
  })
}

/** A streamed message has a cap on all of its text, in bytes; the call that would pass it adds nothing. */
function checkLength(before: string, { text }: Addition, maxBytes: number): void {
  if (Buffer.byteLength(before + text) > maxBytes) throw new SlackFailure('msg_too_long')
}
