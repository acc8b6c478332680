/** REST: create, read, edit and delete messages, and the typing sign. */
import { z } from 'zod'
import { ApiError, refuse, refuseField } from './api-error.ts'
import { type Buckets, MESSAGES, OLD_EDITS } from './buckets.ts'
import { checkFileParts } from './file-parts.ts'
import { checkShape, type MessageBody, MessageFlag, parseForm, parseMessage } from './message-body.ts'
import { messageJson } from './payloads.ts'
import { botMay, botSees, requirePermissions, sendPermission } from './permissions.ts'
import { type Change, type Draft, publish, remove, revise, shownText } from './posting.ts'
import { type ApiReply, type ApiRequest, noContent, ok, param, type Route } from './route.ts'
import { isNewer } from './snowflake.ts'
import {
  type Attachment,
  type Channel,
  channelOf,
  type Json,
  type Message,
  messageOf,
  type State,
} from './state.ts'
import { requireActive, requireUnlocked } from './thread-life.ts'
import { startTyping } from './typing.ts'

/** How long a nonce is remembered: "the past few minutes". */
const NONCE_LIVES_MS = 3 * 60_000
const HOUR_MS = 60 * 60_000
/** A file of a bot, unless the server is boosted. */
export const ATTACHMENT_BYTES = 10 * 1024 * 1024
const MOST_FILES = 10
const SENDABLE_FLAGS =
  MessageFlag.suppressEmbeds | MessageFlag.suppressNotifications | MessageFlag.componentsV2
const EDITABLE_FLAGS = MessageFlag.suppressEmbeds | MessageFlag.componentsV2

export function messageRoutes(state: State, buckets: Buckets): readonly Route[] {
  return [
    { at: 'POST /channels/:channel/messages', bucket: MESSAGES, handle: (request) => create(state, request) },
    { at: 'GET /channels/:channel/messages', handle: (request) => list(state, request) },
    {
      at: 'GET /channels/:channel/messages/:message',
      handle: (request) => {
        const channel = readable(state, request)
        if (!botMay(state, channel, 'ReadMessageHistory')) refuse(50001)
        return ok(shown(state, messageOf(channel, param(request, 'message'))))
      },
    },
    {
      at: 'PATCH /channels/:channel/messages/:message',
      bucket: MESSAGES,
      handle: (request) => edit(state, buckets, request),
    },
    {
      at: 'DELETE /channels/:channel/messages/:message',
      handle: (request) => {
        const channel = readable(state, request)
        const message = messageOf(channel, param(request, 'message'))
        if (message.author !== state.bot) requirePermissions(state, channel, 'ManageMessages')
        requireActive(channel)
        remove(state, channel, message)
        return noContent
      },
    },
    {
      at: 'POST /channels/:channel/typing',
      handle: (request) => {
        const channel = channelOf(state, param(request, 'channel'))
        requirePermissions(state, channel, sendPermission(channel))
        startTyping(state, channel, state.bot)
        return noContent
      },
    },
  ]
}

/** As the REST API shows a message to this application. */
export const shown = (state: State, message: Message): Json =>
  messageJson(state, message, state.options.messageContentIntent ?? true)

function readable(state: State, request: ApiRequest): Channel {
  const channel = channelOf(state, param(request, 'channel'))
  if (!botSees(state, channel)) refuse(50001)
  return channel
}

function create(state: State, request: ApiRequest): ApiReply {
  const channel = channelOf(state, param(request, 'channel'))
  requirePermissions(state, channel, sendPermission(channel))
  if (channel.recipient?.refusesDirectMessages === true) refuse(50007)
  requireUnlocked(state, channel, state.bot)
  const body = parseMessage(request.body)
  const known = body.enforce_nonce === true ? sameNonce(state, channel, body.nonce) : undefined
  if (known !== undefined) return ok(shown(state, known))
  const draft = draftOf(state, channel, body, request)
  if (draft.embeds?.length) requirePermissions(state, channel, 'EmbedLinks')
  if (draft.attachments?.length) requirePermissions(state, channel, 'AttachFiles')
  const replyTo = repliedTo(state, channel, body)
  const { message } = publish(state, channel, { ...draft, ...(replyTo !== undefined && { replyTo }) })
  if (body.nonce != null) channel.nonces.set(String(body.nonce), message)
  return ok(shown(state, message))
}

/** What the body asks for, checked as a whole. Interaction answers and follow-ups use it too. */
export function draftOf(state: State, channel: Channel, body: MessageBody, request: ApiRequest): Draft {
  // Discord trims what is shown.
  const content = (body.content ?? '').trim()
  const flags = (body.flags ?? 0) & SENDABLE_FLAGS
  const embeds = body.embeds ?? []
  const components = body.components ?? []
  checkShape({ content, embeds, components, flags, attachments: request.files.length })
  checkFileParts(components, request.files)
  checkLength(channel, content)
  checkWords(state, shownText(content, components))
  const attachments = keepFiles(state, channel, request)
  const { allowed_mentions: allowedMentions, nonce } = body
  return {
    author: state.bot,
    content,
    flags,
    embeds,
    components,
    attachments,
    ...(allowedMentions != null && { allowedMentions }),
    ...(nonce != null && { nonce }),
  }
}

function keepFiles(state: State, channel: Channel, { files }: ApiRequest): readonly Attachment[] {
  const most = state.options.attachmentSizeLimit ?? ATTACHMENT_BYTES
  if (files.some(({ bytes }) => bytes.length > most)) refuse(40005)
  if (files.length > MOST_FILES)
    refuseField(['attachments'], 'BASE_TYPE_MAX_LENGTH', 'Must be 10 or fewer in length.')
  return files.map(({ name, contentType, bytes }) => {
    const attachment = { id: state.nextId(), name, contentType, bytes, channelId: channel.id }
    state.attachments.set(attachment.id, attachment)
    return attachment
  })
}

function checkLength({ contentLimit: most }: Channel, content: string): void {
  if (most === undefined || content.length <= most) return
  const message = `Must be ${most} or fewer in length.`
  refuseField(['content'], 'BASE_TYPE_MAX_LENGTH', message)
}

function checkWords(state: State, text: string): void {
  if ([...state.blockedWords].some((word) => text.includes(word))) refuse(200000)
}

function sameNonce(state: State, channel: Channel, nonce: MessageBody['nonce']): Message | undefined {
  if (nonce == null) return undefined
  const since = state.clock.now() - NONCE_LIVES_MS
  const known = channel.nonces.get(String(nonce))
  return known !== undefined && known.createdAt >= since ? known : undefined
}

function repliedTo(state: State, channel: Channel, body: MessageBody): Message | undefined {
  const reference = body.message_reference
  if (reference == null) return undefined
  if (!botMay(state, channel, 'ReadMessageHistory')) refuse(160002)
  const original = channel.messages.get(reference.message_id)
  if (original === undefined) {
    if (reference.fail_if_not_exists === false) return undefined
    refuseField(['message_reference'], 'MESSAGE_REFERENCE_UNKNOWN_MESSAGE', 'Unknown message')
  }
  if (![0, 19, 20, 23].includes(original.type)) {
    const message = 'Cannot reply to a system message'
    refuseField(['message_reference'], 'REPLIES_CANNOT_REPLY_TO_SYSTEM_MESSAGE', message)
  }
  return original
}

function edit(state: State, buckets: Buckets, request: ApiRequest): ApiReply {
  const channel = readable(state, request)
  const message = messageOf(channel, param(request, 'message'))
  if (message.author !== state.bot) refuse(50005)
  requireActive(channel)
  if (state.options.rateLimits !== false && state.clock.now() - message.createdAt > HOUR_MS) {
    const waitMs = buckets.takeSublimit('old edits', channel.id, OLD_EDITS)
    if (waitMs !== undefined) throw new OldEditError(waitMs)
  }
  applyEdit(state, channel, message, request)
  return ok(shown(state, message))
}

/** 30046 comes as a 429, so clients wait and try again. */
export class OldEditError extends ApiError {
  readonly waitMs: number

  constructor(waitMs: number) {
    super(429, 30046, 'Maximum number of edits to messages older than 1 hour reached. Try again later')
    this.waitMs = waitMs
  }

  override body(): Json {
    return { ...super.body(), retry_after: this.waitMs / 1000, global: false }
  }
}

/** Only the fields that are there change. */
export function applyEdit(state: State, channel: Channel, message: Message, request: ApiRequest): void {
  const body = parseMessage(request.body)
  const has = (field: keyof MessageBody): boolean => body[field] !== undefined
  const wasLoading = (message.flags & MessageFlag.loading) !== 0
  const flags =
    (has('flags') ? nextFlags(message.flags, body.flags ?? 0) : message.flags) & ~MessageFlag.loading
  const content = has('content') ? (body.content ?? '').trim() : message.content
  const embeds = has('embeds') ? (body.embeds ?? []) : message.embeds
  const components = has('components') ? (body.components ?? []) : message.components
  const kept = has('attachments')
    ? message.attachments.filter(({ id }) => body.attachments?.some((one) => String(one.id) === id))
    : message.attachments
  checkShape({ content, embeds, components, flags, attachments: kept.length + request.files.length })
  checkFileParts(components, [...kept, ...request.files])
  checkLength(channel, content)
  checkWords(state, shownText(content, components))
  const attachments = [...kept, ...keepFiles(state, channel, request)]
  const change: Change = {
    ...(has('content') && { content }),
    ...(has('embeds') && { embeds }),
    ...(has('components') && { components }),
    ...((has('attachments') || request.files.length > 0) && { attachments }),
    ...((has('flags') || wasLoading) && { flags }),
    ...(body.allowed_mentions != null && { allowedMentions: body.allowed_mentions }),
  }
  revise(state, message, change)
}

function nextFlags(before: number, asked: number): number {
  if ((before & MessageFlag.componentsV2) !== 0 && (asked & MessageFlag.componentsV2) === 0) {
    const message = 'MessageFlags.IS_COMPONENTS_V2 cannot be removed'
    refuseField(['flags'], 'MESSAGE_CANNOT_REMOVE_COMPONENTS_V2_FLAG', message)
  }
  return (before & ~EDITABLE_FLAGS) | (asked & EDITABLE_FLAGS)
}

const listQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(50),
  before: z.string().optional(),
  after: z.string().optional(),
  around: z.string().optional(),
})

/** Newest first. Without the right to read history there is nothing to read. */
function list(state: State, request: ApiRequest): ApiReply {
  const channel = readable(state, request)
  const { limit, before, after, around } = parseForm(listQuery, request.query)
  if (!botMay(state, channel, 'ReadMessageHistory')) return ok([])
  const all = [...channel.messages.values()]
  const page = (): readonly Message[] => {
    if (around !== undefined) {
      const at = all.findIndex(({ id }) => !isNewer(around, id))
      const from = Math.max(0, (at === -1 ? all.length : at) - Math.floor(limit / 2))
      return all.slice(from, from + limit)
    }
    if (after !== undefined) return all.filter(({ id }) => isNewer(id, after)).slice(0, limit)
    const older = before === undefined ? all : all.filter(({ id }) => isNewer(before, id))
    return older.slice(-limit)
  }
  return ok(
    page()
      .toReversed()
      .map((message) => shown(state, message)),
  )
}
