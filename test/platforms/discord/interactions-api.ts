/** REST: the first answer to an interaction, its later edits, and follow-ups. */
import { z } from 'zod'
import { refuse, refuseField } from './api-error.ts'
import { MESSAGES } from './buckets.ts'
import { checkComponents } from './component-rules.ts'
import { InteractionKind, type InteractionRecord, type Interactions, type Modal } from './interactions.ts'
import { MessageFlag, parseForm, parseMessage } from './message-body.ts'
import { applyEdit, draftOf, shown } from './messages-api.ts'
import { compose, type Draft, publish, remove } from './posting.ts'
import { type ApiReply, type ApiRequest, noContent, ok, param, type Route } from './route.ts'
import type { Json, Message, State } from './state.ts'

/** Time to answer, and how long the token then lives. */
const FIRST_ANSWER_MS = 3000
const TOKEN_LIVES_MS = 15 * 60_000

const Callback = { message: 4, deferredMessage: 5, deferredUpdate: 6, update: 7, modal: 9 } as const

const callbackForm = z.object({
  type: z.union([z.literal(4), z.literal(5), z.literal(6), z.literal(7), z.literal(9)]),
  data: z.looseObject({ flags: z.number().int().optional() }).optional(),
})

const modalForm = z.object({
  custom_id: z.string().min(1).max(100),
  title: z.string().min(1).max(45),
  components: z
    .array(z.looseObject({ type: z.number() }))
    .min(1)
    .max(5),
})

export function interactionRoutes(state: State, interactions: Interactions): readonly Route[] {
  const at = '/webhooks/:webhook/:token'
  const record = (request: ApiRequest): InteractionRecord => alive(state, interactions, request)
  return [
    {
      at: 'POST /interactions/:interaction/:token/callback',
      open: true,
      bucket: 'exempt',
      handle: (request) => answer(state, interactions, request),
    },
    {
      at: `POST ${at}`,
      open: true,
      bucket: MESSAGES,
      handle: (request) => followUp(state, record(request), request),
    },
    {
      at: `GET ${at}/messages/:message`,
      open: true,
      handle: (request) => ok(shown(state, targetOf(record(request), request))),
    },
    {
      at: `PATCH ${at}/messages/:message`,
      open: true,
      bucket: MESSAGES,
      handle: (request) => {
        const found = record(request)
        const message = targetOf(found, request)
        applyEdit(state, found.channel, message, request)
        return ok(shown(state, message))
      },
    },
    {
      at: `DELETE ${at}/messages/:message`,
      open: true,
      handle: (request) => {
        const found = record(request)
        const message = targetOf(found, request)
        if (!state.ephemeral.delete(message.id)) remove(state, found.channel, message)
        return noContent
      },
    },
  ]
}

function alive(state: State, interactions: Interactions, request: ApiRequest): InteractionRecord {
  if (param(request, 'webhook') !== state.bot.id) refuse(10015)
  const record = interactions.byToken(param(request, 'token')) ?? refuse(50027)
  if (state.clock.now() - record.createdAt > TOKEN_LIVES_MS) refuse(50027)
  if (record.answer === undefined) refuse(10015)
  return record
}

function targetOf({ answer, followUps }: InteractionRecord, request: ApiRequest): Message {
  const id = param(request, 'message')
  const original = answer?.message
  const found = id === '@original' || id === original?.id ? original : followUps.find((one) => one.id === id)
  return found ?? refuse(10008)
}

function answer(state: State, interactions: Interactions, request: ApiRequest): ApiReply {
  const record = interactions.byToken(param(request, 'token'))
  if (record === undefined || record.id !== param(request, 'interaction')) refuse(10062)
  if (record.answer !== undefined) refuse(40060)
  if (state.clock.now() - record.createdAt > FIRST_ANSWER_MS) refuse(10062)
  const { type, data = {} } = parseForm(callbackForm, request.body)
  const ephemeral = ((data.flags ?? 0) & MessageFlag.ephemeral) !== 0
  const ofData = { ...request, body: data }
  switch (type) {
    case Callback.message: {
      const draft = draftOf(state, record.channel, parseMessage(data), ofData)
      record.answer = { type, ephemeral, message: post(state, record, draft, ephemeral) }
      break
    }
    case Callback.deferredMessage: {
      if (((data.flags ?? 0) & MessageFlag.componentsV2) !== 0) {
        refuseField(
          ['data', 'flags'],
          'BASE_TYPE_INVALID',
          'Only the EPHEMERAL flag can be set when deferring',
        )
      }
      const draft: Draft = { author: state.bot, content: '', flags: MessageFlag.loading }
      record.answer = { type, ephemeral, message: post(state, record, draft, ephemeral) }
      break
    }
    case Callback.deferredUpdate:
    case Callback.update: {
      // A form that a command opened has no message that could change.
      const source =
        record.source ?? (record.kind === InteractionKind.modal ? refuse(10008) : refuseCallback())
      if (type === Callback.update) applyEdit(state, record.channel, source, ofData)
      record.answer = { type, ephemeral: state.ephemeral.has(source.id), message: source }
      break
    }
    case Callback.modal:
      if (record.kind === InteractionKind.modal) refuseCallback()
      record.answer = { type, ephemeral: false, modal: modalOf(data) }
  }
  state.changed()
  return request.query.with_response === 'true' ? ok(callbackJson(state, record, record.answer)) : noContent
}

/** @throws FormError for a form that Discord would not show. */
function modalOf(data: unknown): Modal {
  const modal = parseForm(modalForm, data)
  checkComponents(modal.components, 'modal', ['data', 'components'])
  return modal
}

const refuseCallback = (): never =>
  refuseField(['type'], 'BASE_TYPE_CHOICES', 'This callback type cannot answer this interaction.')

function callbackJson(
  state: State,
  record: InteractionRecord,
  given: NonNullable<InteractionRecord['answer']>,
): Json {
  const { type, ephemeral, message } = given
  return {
    interaction: {
      id: record.id,
      type: record.kind,
      ...(message !== undefined && {
        response_message_id: message.id,
        response_message_loading: (message.flags & MessageFlag.loading) !== 0,
        response_message_ephemeral: ephemeral,
      }),
    },
    resource: { type, ...(message !== undefined && { message: shown(state, message) }) },
  }
}

/** In the channel, or for one pair of eyes. */
function post(state: State, record: InteractionRecord, draft: Draft, ephemeral: boolean): Message {
  const { id, kind, user, channel, source, answerType } = record
  const full: Draft = {
    ...draft,
    type: answerType,
    flags: (draft.flags ?? 0) | (ephemeral ? MessageFlag.ephemeral : 0),
    interaction: { id, type: kind, user },
    ...(source !== undefined && { reference: { channelId: channel.id, messageId: source.id } }),
  }
  if (!ephemeral) return publish(state, channel, full).message
  const message = compose(state, channel, full)
  state.ephemeral.set(message.id, message)
  return message
}

/** The first one after a deferred answer fills that answer, and its own ephemeral flag is ignored. */
function followUp(state: State, record: InteractionRecord, request: ApiRequest): ApiReply {
  const waiting = record.answer?.message
  if (waiting !== undefined && (waiting.flags & MessageFlag.loading) !== 0) {
    applyEdit(state, record.channel, waiting, request)
    return ok(shown(state, waiting))
  }
  const body = parseMessage(request.body)
  const draft = draftOf(state, record.channel, body, request)
  const ephemeral = ((body.flags ?? 0) & MessageFlag.ephemeral) !== 0
  const message = post(state, record, draft, ephemeral)
  record.followUps.push(message)
  state.changed()
  return ok(shown(state, message))
}
