import type {
  ChannelView,
  EarlierView,
  InsightsView,
  MessageView,
  Problem,
  Sent,
  SessionView,
  Stopped,
  ThreadList,
  ThreadPage,
} from '../protocol.ts'

/** The server said no, or did not answer (`status` 0). `message` is for people. */
export class RequestError extends Error {
  override readonly name = 'RequestError'
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

const AWAY = 'Parley is not answering. Your text is kept here.'
/** Milliseconds: longer than any honest answer takes. */
const TIMEOUT_MS = 20_000

async function request<T>(method: string, path: string, body?: unknown): Promise<T> {
  const response = await fetch(`/api/${path}`, {
    method,
    signal: AbortSignal.timeout(TIMEOUT_MS),
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  }).catch(() => {
    throw new RequestError(0, AWAY)
  })
  if (response.status === 204) return undefined as T
  const answer: unknown = await response.json().catch(() => {
    throw new RequestError(response.status, AWAY)
  })
  if (!response.ok) throw new RequestError(response.status, (answer as Problem).error.message)
  return answer as T
}

const name = encodeURIComponent

/** The server's HTTP API, one function a request. @throws RequestError */
export const client = {
  session: () => request<SessionView>('GET', 'session'),
  signIn: (person: { name: string; token?: string }) => request<SessionView>('POST', 'session', person),
  signOut: () => request<void>('DELETE', 'session'),
  channels: () => request<ChannelView[]>('GET', 'channels'),
  addChannel: (channel: string) => request<ChannelView>('POST', 'channels', { name: channel }),
  threads: (channel: string, before?: string) =>
    request<ThreadList>('GET', `channels/${name(channel)}/threads${before ? `?before=${name(before)}` : ''}`),
  thread: (thread: string, before?: string) =>
    request<ThreadPage>('GET', `threads/${name(thread)}${before ? `?before=${name(before)}` : ''}`),
  begin: (channel: string, question: { text: string; key: string }) =>
    request<Sent>('POST', `channels/${name(channel)}/threads`, question),
  follow: (thread: string, question: { text: string; key: string }) =>
    request<Sent>('POST', `threads/${name(thread)}/messages`, question),
  edit: (message: string, change: { text: string; key: string }) =>
    request<MessageView>('PUT', `messages/${name(message)}`, change),
  remove: (message: string) => request<void>('DELETE', `messages/${name(message)}`),
  stop: (thread: string, reply: string) =>
    request<Stopped>('POST', `threads/${name(thread)}/stop`, { reply }),
  vote: (message: string, vote: { reply: string; value: 'good' | 'bad' }) =>
    request<void>('PUT', `messages/${name(message)}/vote`, vote),
  regenerate: (message: string, again: { reply: string; key: string }) =>
    request<void>('POST', `messages/${name(message)}/regenerate`, again),
  earlier: (message: string, nth: number) =>
    request<EarlierView>('GET', `messages/${name(message)}/earlier/${nth}`),
  insights: () => request<InsightsView>('GET', 'insights'),
  react: (message: string, emoji: string, on: boolean) =>
    request<void>(on ? 'PUT' : 'DELETE', `messages/${name(message)}/reactions/${name(emoji)}`),
}
