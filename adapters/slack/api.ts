/**
 * The part of the Web API that replies need, in our words. Every method throws `SlackCallError` and nothing else.
 *
 * Streaming is called directly: the SDK's `ChatStreamer` loses text when appends overlap and holds the first 256
 * characters back.
 */
import { type KnownBlock, WebClient, type WebClientOptions } from '@slack/web-api'
import { type Content, dressed } from './dress.ts'
import { SlackCallError, slackFailure } from './fault.ts'
import type { Look } from './offers.ts'
import type { Place } from './place.ts'

/** Carried by every message of a reply, to find it again when the answer to a write was lost. Holds no text. */
export interface Mark {
  readonly reply: string
  readonly attempt: string
  readonly part: number
  /** The message says all it will ever say. */
  readonly complete: boolean
}

export type SessionStatus = 'active' | 'processing'

/** A message as `conversations.replies` gives it. Unvalidated: its readers check what they use. */
export type FoundMessage = Readonly<Record<string, unknown>>

export interface SlackApi {
  startStream(place: Place, text: string): Promise<string>
  appendStream(place: Place, ts: string, text: string): Promise<void>
  stopStream(place: Place, ts: string, end: StreamEnd): Promise<void>
  post(place: Place, content: Content, look: Look, mark: Mark): Promise<string>
  update(place: Place, ts: string, content: Content, look: Look, mark: Mark): Promise<void>
  remove(place: Place, ts: string): Promise<void>
  /** One page of a thread, oldest first. */
  replies(place: Pick<Place, 'channel' | 'root'>, page: RepliesPage): Promise<RepliesAnswer>
  setSession(place: Pick<Place, 'channel' | 'root'>, status: SessionStatus): Promise<SessionAnswer>
  setStatus(place: Place, status: string): Promise<void>
  /** Tell one person something that nobody else sees and that is not kept. */
  whisper(place: WhisperPlace, user: string, text: string): Promise<void>
  person(user: string): Promise<FoundMessage>
}

export interface WhisperPlace {
  readonly channel: string
  /** The thread; none for what stands at the top of a channel. */
  readonly root?: string | undefined
}

export interface SessionAnswer {
  /** False: the app has not subscribed `agent_session_stopped`, so Slack offers nobody to stop it. */
  readonly stoppable: boolean
}

export interface StreamEnd {
  readonly text: string
  /** Below the text. */
  readonly blocks: readonly KnownBlock[]
  readonly status: SessionStatus
  readonly mark: Mark | undefined
}

export interface RepliesPage {
  readonly oldest?: string
  /** With the one of `oldest`, too. */
  readonly inclusive?: boolean
  readonly latest?: string
  readonly cursor?: string
}

export interface RepliesAnswer {
  readonly messages: readonly FoundMessage[]
  readonly cursor: string | undefined
}

/** `conversations.replies` gives up to 1,000 a page; smaller pages keep one call short. */
const PAGE = 200

/** A write that takes longer is taken as lost. */
const WRITE_TIMEOUT_MS = 10_000
/** Names are a nicety in front of an event that Slack wants acknowledged within three seconds. */
const PERSON_TIMEOUT_MS = 1_500

export const EVENT_TYPE = 'parley_reply'

export function createApi(token: string, options: WebClientOptions): SlackApi {
  // Never retried in here: the SDK would post a message twice whose first answer was lost. A 429 comes back at once,
  // because the SDK's own wait holds up every other method of the workspace.
  const strict = { ...options, retryConfig: { retries: 0 }, rejectRateLimitedCalls: true }
  const client = new WebClient(token, { ...strict, timeout: WRITE_TIMEOUT_MS })
  const people = new WebClient(token, { ...strict, timeout: PERSON_TIMEOUT_MS })

  return {
    startStream: (place, text) =>
      calling('chat.startStream', async () => {
        const { ts } = await client.chat.startStream({
          ...inThread(place),
          markdown_text: text,
          ...(place.direct ? {} : { recipient_team_id: place.userTeam, recipient_user_id: place.user }),
        })
        return known(ts)
      }),
    appendStream: (place, ts, text) =>
      calling('chat.appendStream', async () => {
        await client.chat.appendStream({ channel: place.channel, ts, markdown_text: text })
      }),
    stopStream: (place, ts, { text, blocks, status, mark }) =>
      calling('chat.stopStream', async () => {
        await client.chat.stopStream({
          channel: place.channel,
          ts,
          session_status: status,
          ...(text === '' ? {} : { markdown_text: text }),
          ...(blocks.length === 0 ? {} : { blocks: [...blocks] }),
          ...(mark === undefined ? {} : metadata(mark)),
        })
      }),
    post: (place, content, look, mark) =>
      calling('chat.postMessage', async () => {
        const { ts, message } = await client.chat.postMessage({
          ...inThread(place),
          ...dressed(content, look),
          ...metadata(mark),
          unfurl_links: false,
          unfurl_media: false,
        })
        if (message !== undefined && message.thread_ts === undefined)
          throw await outsideThread(client, place, known(ts))
        return known(ts)
      }),
    update: (place, ts, content, look, mark) =>
      calling('chat.update', async () => {
        await client.chat.update({ channel: place.channel, ts, ...dressed(content, look), ...metadata(mark) })
      }),
    remove: (place, ts) =>
      calling('chat.delete', async () => {
        await client.chat.delete({ channel: place.channel, ts })
      }),
    replies: (place, page) =>
      calling('conversations.replies', async () => {
        const answer = await client.conversations.replies({
          channel: place.channel,
          ts: place.root,
          limit: PAGE,
          include_all_metadata: true,
          ...page,
        })
        return {
          messages: (answer.messages ?? []).map((message) => ({ ...message })),
          cursor: answer.response_metadata?.next_cursor || undefined,
        }
      }),
    setSession: (place, status) =>
      calling('agents.sessions.setStatus', async () => {
        const session = { channel_id: place.channel, thread_ts: place.root, status }
        const { response_metadata: about } = await client.agents.sessions.setStatus(session)
        return { stoppable: !about?.warnings?.includes('missing_agent_session_stopped_event_subscription') }
      }),
    setStatus: (place, status) =>
      calling('assistant.threads.setStatus', async () => {
        await client.assistant.threads.setStatus({ channel_id: place.channel, thread_ts: place.root, status })
      }),
    whisper: ({ channel, root }, user, text) =>
      calling('chat.postEphemeral', async () => {
        const thread = root === undefined ? {} : { thread_ts: root }
        await client.chat.postEphemeral({ channel, user, text, ...thread })
      }),
    person: (user) => calling('users.info', async () => ({ ...(await people.users.info({ user })).user })),
  }
}

/** Runs a call and gives its failures our one shape. */
export async function calling<Answer>(method: string, call: () => Promise<Answer>): Promise<Answer> {
  try {
    return await call()
  } catch (thrown) {
    throw thrown instanceof SlackCallError ? thrown : slackFailure(method, thrown)
  }
}

const inThread = ({ channel, root }: Place) => ({ channel, thread_ts: root })

const metadata = (mark: Mark) => ({ metadata: { event_type: EVENT_TYPE, event_payload: { ...mark } } })

/** A reply to a root that was deleted lands at the top of the channel, without an error: take it away again. */
async function outsideThread(client: WebClient, { channel }: Place, ts: string): Promise<SlackCallError> {
  const gone = (cause?: unknown) =>
    new SlackCallError('chat.postMessage', 'thread_not_found', { kind: 'refused' }, cause)
  try {
    await client.chat.delete({ channel, ts })
    return gone()
  } catch (thrown) {
    return gone(thrown)
  }
}

function known(ts: string | undefined): string {
  if (ts === undefined) throw new Error('Slack said ok and named no message.')
  return ts
}
