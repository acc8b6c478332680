import type {
  BallotView,
  ChannelView,
  ComparisonBegun,
  ComparisonQueue,
  ConsentChanged,
  ConsoleView,
  CorrectionView,
  DialogueMoved,
  DialogueSaved,
  DialogueView,
  EarlierView,
  Erased,
  InsightsView,
  MessageView,
  PrivacyPage,
  Problem,
  Sent,
  SessionView,
  Stopped,
  ThreadList,
  ThreadPage,
  TrainingView,
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
/** Milliseconds: everything of a person is looked through, which may be much. */
const WHOLE_PERSON_MS = 120_000

interface More {
  readonly signal?: AbortSignal
  readonly timeoutMs?: number
}

async function ask(method: string, path: string, body: unknown, more: More): Promise<Response> {
  const late = AbortSignal.timeout(more.timeoutMs ?? TIMEOUT_MS)
  const response = await fetch(`/api/${path}`, {
    method,
    signal: more.signal === undefined ? late : AbortSignal.any([late, more.signal]),
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  }).catch(() => {
    throw new RequestError(0, AWAY)
  })
  if (response.ok) return response
  const answer: unknown = await response.json().catch(() => {
    throw new RequestError(response.status, AWAY)
  })
  throw new RequestError(response.status, (answer as Problem).error.message)
}

async function request<T>(method: string, path: string, body?: unknown, more: More = {}): Promise<T> {
  const response = await ask(method, path, body, more)
  if (response.status === 204) return undefined as T
  const answer: unknown = await response.json().catch(() => {
    throw new RequestError(response.status, AWAY)
  })
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
  explain: (message: string, reason: { reply: string; tags: readonly string[]; text: string; key: string }) =>
    request<void>('PUT', `messages/${name(message)}/reason`, reason),
  correction: (message: string, reply: string) =>
    request<CorrectionView>('GET', `messages/${name(message)}/correction?reply=${name(reply)}`),
  correct: (message: string, better: { reply: string; version: string; text: string; key: string }) =>
    request<void>('POST', `messages/${name(message)}/correction`, better),
  compare: (message: string, wish: { reply: string; key: string }) =>
    request<ComparisonBegun>('POST', `messages/${name(message)}/comparison`, wish),
  ballot: (task: string, signal: AbortSignal) =>
    request<BallotView>('GET', `comparisons/${name(task)}`, undefined, { signal }),
  rank: (
    task: string,
    ranking: {
      order: readonly (readonly string[])[]
      allBad: boolean
      reason: string
      spentMs: number
      key: string
    },
  ) => request<void>('PUT', `comparisons/${name(task)}/ranking`, ranking),
  console: () => request<ConsoleView>('GET', 'console'),
  queue: () => request<ComparisonQueue>('GET', 'console/queue'),
  beginDialogue: (key: string) => request<DialogueView>('POST', 'console/dialogues', { key }),
  dialogue: (id: string) => request<DialogueView>('GET', `console/dialogues/${name(id)}`),
  saveDialogue: (id: string, body: object) =>
    request<DialogueSaved>('PUT', `console/dialogues/${name(id)}`, body),
  removeDialogue: (id: string, revision: number) =>
    request<void>('DELETE', `console/dialogues/${name(id)}?revision=${revision}`),
  moveDialogue: (id: string, to: 'submit' | 'reopen', revision: number) =>
    request<DialogueMoved>('POST', `console/dialogues/${name(id)}/${to}`, { revision }),
  reviewDialogue: (
    id: string,
    review: { revision: number; verdict: 'accept' | 'send_back'; note: string; key: string },
  ) => request<void>('POST', `console/dialogues/${name(id)}/review`, review),
  ownVersion: (id: string, wish: { revision: number; key: string }) =>
    request<DialogueView>('POST', `console/dialogues/${name(id)}/version`, wish),
  privacy: () => request<PrivacyPage>('GET', 'privacy', undefined, { timeoutMs: WHOLE_PERSON_MS }),
  consent: (training: boolean) => request<ConsentChanged>('PUT', 'privacy/consent', { training }),
  exported: async () => {
    const response = await ask('GET', 'privacy/export', undefined, { timeoutMs: WHOLE_PERSON_MS })
    return await response.blob().catch(() => {
      throw new RequestError(0, AWAY)
    })
  },
  erase: () => request<Erased>('POST', 'privacy/erase', { confirmed: true }, { timeoutMs: WHOLE_PERSON_MS }),
  insights: () => request<InsightsView>('GET', 'insights'),
  training: () => request<TrainingView>('GET', 'training'),
  react: (message: string, emoji: string, on: boolean) =>
    request<void>(on ? 'PUT' : 'DELETE', `messages/${name(message)}/reactions/${name(emoji)}`),
}
