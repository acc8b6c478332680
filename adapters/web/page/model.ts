import type {
  ChannelView,
  MessageView,
  SessionView,
  ThreadList,
  ThreadPage,
  ThreadView,
  WireEvent,
} from '../protocol.ts'
import type { Route } from './route.ts'

export type Vote = ThreadPage['votes'][string]

/** Everything the page shows. Changed only by the functions below, which know no browser. */
export interface State {
  readonly session: SessionView | null
  /** `away`: the server does not answer. */
  readonly link: 'connecting' | 'open' | 'away'
  readonly channels: readonly ChannelView[]
  /** By channel: its threads, the one with the newest message first. */
  readonly lists: Readonly<Record<string, ThreadList>>
  /** By thread: those that were opened lately. */
  readonly pages: Readonly<Record<string, ThreadPage>>
  readonly route: Route
  /** Threads with messages since they were last open. */
  readonly unread: ReadonlySet<string>
  /** By reply: how one has judged it oneself. */
  readonly votes: Readonly<Record<string, Vote>>
  /** One's own message that is being changed. */
  readonly editing: string | null
  /** What came of pressing something below a message, where that is not to be seen by itself. */
  readonly notice: { readonly message: string; readonly text: string } | null
  /** The reply that one has stopped. */
  readonly stopped: string | null
  /** The newest finished reply, for people who listen. */
  readonly announcement: string
  /** What the address names and the server does not know. */
  readonly missing: 'channel' | 'thread' | null
  /** Said to somebody who is no longer signed in, because all that was kept of them is gone. */
  readonly farewell: string
}

/** Opened threads that are kept: going back and forth costs no request. */
const PAGES_KEPT = 8

export const initialState = (route: Route): State => ({
  session: null,
  link: 'connecting',
  channels: [],
  lists: {},
  pages: {},
  route,
  unread: new Set(),
  votes: {},
  editing: null,
  notice: null,
  stopped: null,
  announcement: '',
  missing: null,
  farewell: '',
})

export interface Applied {
  readonly state: State
  /** A thread of which an event was missed: it must be read again. */
  readonly stale?: string
}

export function apply(state: State, event: WireEvent): Applied {
  switch (event.type) {
    case 'ready':
    case 'resync':
      return { state }
    case 'channel':
      if (state.channels.some(({ id }) => id === event.channel.id)) return { state }
      return { state: { ...state, channels: [...state.channels, event.channel] } }
    case 'thread':
      return { state: withThread(state, event.thread) }
    case 'working': {
      const page = state.pages[event.thread]
      return { state: page === undefined ? state : withPage(state, { ...page, working: event.reply }) }
    }
    case 'message':
      return withMessage(state, event.message)
    case 'removed': {
      const page = state.pages[event.thread]
      if (page === undefined) return { state }
      return {
        state: withPage(state, { ...page, messages: page.messages.filter(({ id }) => id !== event.message) }),
      }
    }
    case 'patch':
      return revise(state, event, (message) => ({
        ...message,
        text: message.text.slice(0, event.keep) + event.text,
        finished: event.finished,
        controls: event.controls,
      }))
    case 'reactions':
      return revise(state, event, (message) => ({ ...message, reactions: event.reactions }))
  }
}

/** A freshly read page: events that overtook the answer are kept, and so are older messages already read. */
export function withFreshPage(state: State, fresh: ThreadPage, replace: boolean): State {
  const known = replace ? undefined : state.pages[fresh.thread.id]
  const merged = known === undefined ? fresh : { ...fresh, ...mergeMessages(known, fresh) }
  const others = Object.entries(state.pages).filter(([id]) => id !== fresh.thread.id)
  const pages = Object.fromEntries([...others.slice(1 - PAGES_KEPT), [fresh.thread.id, merged]])
  return { ...state, pages, votes: { ...state.votes, ...fresh.votes } }
}

export const withVote = (state: State, reply: string, vote: Vote): State => ({
  ...state,
  votes: { ...state.votes, [reply]: vote },
})

/** The reply of the open thread that can be stopped. */
export function underWay({ pages, route }: State): string | null {
  const page = pages[route.thread ?? '']
  const growing = page?.messages.findLast(({ controls }) => controls.includes('stop'))
  return page?.working ?? growing?.reply ?? null
}

/** One's own newest message in the open thread. */
export function ownNewest({ pages, route, session }: State): MessageView | undefined {
  const self = session?.person?.id
  const messages = pages[route.thread ?? '']?.messages ?? []
  return self === undefined ? undefined : messages.findLast(({ author }) => author?.id === self)
}

/** The answer of the open thread that can be done again: once the conversation has gone on, there is none. */
export function newestAnswer({ pages, route }: State): MessageView | undefined {
  const page = pages[route.thread ?? '']
  const last = page?.messages.at(-1)
  return page?.working === null && last?.controls.includes('regenerate') ? last : undefined
}

export function withOlder(state: State, older: ThreadPage): State {
  const page = state.pages[older.thread.id]
  if (page === undefined) return state
  const known = new Set(page.messages.map(({ id }) => id))
  const before = older.messages.filter(({ id }) => !known.has(id))
  return withPage(state, { ...page, messages: [...before, ...page.messages], more: older.more })
}

export function withList(state: State, channel: string, list: ThreadList, append: boolean): State {
  const before = append ? (state.lists[channel]?.threads ?? []) : []
  const known = new Set(before.map(({ id }) => id))
  const threads = [...before, ...list.threads.filter(({ id }) => !known.has(id))]
  return {
    ...state,
    lists: { ...state.lists, [channel]: { threads: threads.toSorted(newestFirst), more: list.more } },
  }
}

export function opened(state: State, route: Route): State {
  const unread = new Set(state.unread)
  unread.delete(route.thread ?? '')
  return { ...state, route, unread, editing: null, notice: null, missing: null }
}

/** The thread `step` places below (or, negative, above) the open one. */
export function neighbour({ lists, route }: State, step: 1 | -1): string | undefined {
  const threads = lists[route.channel]?.threads ?? []
  const at = threads.findIndex(({ id }) => id === route.thread)
  return threads[at === -1 ? (step === 1 ? 0 : -1) : at + step]?.id
}

const newestFirst = (a: ThreadView, b: ThreadView): number => b.updatedAt - a.updatedAt

const withPage = (state: State, page: ThreadPage): State => ({
  ...state,
  pages: { ...state.pages, [page.thread.id]: page },
})

function withThread(state: State, thread: ThreadView): State {
  const list = state.lists[thread.channel]
  const others = list?.threads.filter(({ id }) => id !== thread.id) ?? []
  const lists =
    list === undefined
      ? state.lists
      : { ...state.lists, [thread.channel]: { ...list, threads: [...others, thread].toSorted(newestFirst) } }
  const before = list?.threads.find(({ id }) => id === thread.id)
  // An edit or a deletion changes what the list says, and is nothing new to read.
  const isNews = before === undefined || thread.updatedAt > before.updatedAt
  const isOpen = isInSight(state, thread.id)
  const unread = isOpen || !isNews ? state.unread : new Set([...state.unread, thread.id])
  const page = state.pages[thread.id]
  const after = { ...state, lists, unread }
  return page === undefined ? after : withPage(after, { ...page, thread })
}

function withMessage(state: State, message: MessageView): Applied {
  const page = state.pages[message.thread]
  if (page === undefined) return { state }
  const known = page.messages.find(({ id }) => id === message.id)
  if (known !== undefined && known.rev >= message.rev) return { state }
  const messages = known
    ? page.messages.map((each) => (each === known ? message : each))
    : [...page.messages, message].toSorted((a, b) => sequence(a) - sequence(b))
  const working = message.author === null ? null : page.working
  const next = withPage(state, { ...page, messages, working })
  const isOld = known?.finished === true && known.text === message.text
  return { state: isOld ? next : announced(next, message) }
}

function revise(
  state: State,
  { thread, message: id, rev }: { readonly thread: string; readonly message: string; readonly rev: number },
  change: (message: MessageView) => MessageView,
): Applied {
  const page = state.pages[thread]
  const known = page?.messages.find((message) => message.id === id)
  if (page === undefined) return { state }
  // A message of an older window that was never read is no loss; one that should be here is.
  if (known === undefined) return sequenceOf(id) < firstSequence(page) ? { state } : { state, stale: thread }
  if (rev <= known.rev) return { state }
  if (rev > known.rev + 1) return { state, stale: thread }
  const after = { ...change(known), rev }
  const messages = page.messages.map((each) => (each === known ? after : each))
  const changed = withPage(state, { ...page, messages })
  return { state: known.finished ? changed : announced(changed, after) }
}

function announced(state: State, message: MessageView): State {
  if (message.author !== null || !message.finished || !isInSight(state, message.thread)) return state
  const isStopped = message.reply !== null && message.reply === state.stopped
  const start = message.text.slice(0, 400)
  return { ...state, announcement: isStopped ? `Stopped. ${start}` : `Parley answered: ${start}` }
}

function mergeMessages(known: ThreadPage, fresh: ThreadPage): Pick<ThreadPage, 'messages' | 'more'> {
  const byId = new Map(known.messages.map((message) => [message.id, message]))
  const start = firstSequence(fresh)
  const older = known.messages.filter((message) => sequence(message) < start)
  const freshIds = new Set(fresh.messages.map(({ id }) => id))
  const end = Math.max(-1, ...fresh.messages.map(sequence))
  const newer = known.messages.filter((message) => sequence(message) > end && !freshIds.has(message.id))
  const both = fresh.messages.map((message) => {
    const mine = byId.get(message.id)
    return mine !== undefined && mine.rev >= message.rev ? mine : message
  })
  return { messages: [...older, ...both, ...newer], more: older.length > 0 ? known.more : fresh.more }
}

const isInSight = ({ route }: State, thread: string): boolean =>
  route.at === undefined && route.thread === thread

const sequenceOf = (id: string): number => Number(id.split('.')[1])
const sequence = ({ id }: MessageView): number => sequenceOf(id)
const firstSequence = ({ messages }: ThreadPage): number =>
  messages[0] === undefined ? 0 : sequence(messages[0])
