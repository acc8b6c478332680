import { useEffect, useState } from 'preact/hooks'
import type { EarlierView, MessageView, SessionView, WireEvent } from '../protocol.ts'
import { client, RequestError } from './client.ts'
import { newKey } from './drafts.ts'
import { listen } from './live.ts'
import {
  apply,
  initialState,
  opened,
  type State,
  underWay,
  type Vote,
  withFreshPage,
  withList,
  withOlder,
  withVote,
} from './model.ts'
import { HOME, hashOf, type Route, readRoute } from './route.ts'

/** Milliseconds without the server before the page says so: a short break is no news. */
const AWAY_AFTER_MS = 1_200

export interface Store {
  readonly state: State
  subscribe(listener: () => void): () => void
  start(): void
  signIn(person: { name: string; token?: string }): Promise<void>
  signOut(): Promise<void>
  go(route: Route): void
  addChannel(name: string): Promise<void>
  moreThreads(): Promise<void>
  moreMessages(): Promise<void>
  /** @throws RequestError */
  send(route: Route, question: { text: string; key: string }): Promise<void>
  react(message: string, emoji: string, on: boolean): Promise<void>
  /** Open the editor of one's own message, or close it. */
  edit(message: string | null): void
  /** @throws RequestError */
  saveEdit(message: string, change: { text: string; key: string }): Promise<void>
  remove(message: MessageView): Promise<void>
  /** Stop what is being written in the open thread. */
  stop(): Promise<void>
  /** @returns whether it is noted; the person is told when it is not. */
  vote(message: string, reply: string, value: Vote): Promise<boolean>
  /** Ask for another answer. */
  again(message: MessageView): Promise<void>
  /** `undefined` when it cannot be had; the person is told why. */
  earlier(message: string, nth: number): Promise<EarlierView | undefined>
  /** Draw several answers, and open the page that compares them. */
  compare(message: MessageView): Promise<void>
  /** Tell what came of something, below a message. */
  say(message: string, text: string): void
  /** A session that was lost shows the sign-in form. */
  checkSession(): Promise<void>
  /** Nobody is signed in any more, and this is why. */
  leave(farewell: string): void
}

interface Reading {
  readonly name: string
  readonly isAbout: (event: WireEvent) => boolean
  readonly events: WireEvent[]
}

/** The page's state and everything that changes it. One a page. */
export function createStore(): Store {
  let state = initialState(readRoute(location.hash))
  const listeners = new Set<() => void>()
  /** Ends the event stream; set while signed in. */
  let hangUp: (() => void) | undefined
  let away: ReturnType<typeof setTimeout> | undefined
  /** What is being read, and the events about it since the request. */
  const reading = new Set<Reading>()

  const set = (next: State): void => {
    if (next === state) return
    state = next
    for (const listener of listeners) listener()
  }

  /** A lost session shows the sign-in form; a server that is away comes back by itself. Anything else is a bug. */
  const quietly = async (work: Promise<unknown>): Promise<void> => {
    try {
      await work
    } catch (thrown) {
      if (!(thrown instanceof RequestError)) throw thrown
      if (thrown.status === 401) await checkSession()
    }
  }

  /** What came of a press is said below the message, when it did not work. */
  const pressing = async <T>(message: string, work: Promise<T>): Promise<T | undefined> => {
    set({ ...state, notice: null })
    try {
      return await work
    } catch (thrown) {
      if (!(thrown instanceof RequestError)) throw thrown
      set({ ...state, notice: { message, text: thrown.message } })
      if (thrown.status === 401) await checkSession()
      return undefined
    }
  }

  /** Events may overtake the answer to a read, so those that come meanwhile are applied once more on top of it. */
  const read = async <T>(
    what: Pick<Reading, 'name' | 'isAbout'>,
    answer: Promise<T>,
    take: (answer: T) => State,
  ): Promise<void> => {
    const one: Reading = { ...what, events: [] }
    reading.add(one)
    try {
      const given = await answer
      set(take(given))
    } finally {
      reading.delete(one)
    }
    for (const event of one.events) onEvent(event)
  }

  const readChannels = (): Promise<void> =>
    read({ name: 'channels', isAbout: ({ type }) => type === 'channel' }, client.channels(), (channels) => ({
      ...state,
      channels,
    }))

  const readList = (channel: string): Promise<void> =>
    read(
      {
        name: `list ${channel}`,
        isAbout: (event) => event.type === 'thread' && event.thread.channel === channel,
      },
      client.threads(channel),
      (list) => withList(state, channel, list, false),
    )

  const readPage = async (thread: string, replace: boolean): Promise<void> => {
    const name = `thread ${thread}`
    if ([...reading].some((one) => one.name === name)) return
    await read({ name, isAbout: (event) => threadOf(event) === thread }, client.thread(thread), (page) =>
      withFreshPage(state, page, replace),
    )
  }

  const readRouted = (replace: boolean): Promise<unknown> => {
    const { route } = state
    const { channel, thread } = route
    const unlessMissing = (what: 'channel' | 'thread', work: Promise<void>): Promise<void> =>
      work.catch((thrown: unknown) => {
        if (!(thrown instanceof RequestError) || thrown.status !== 404) throw thrown
        if (state.route === route) set({ ...state, missing: what })
      })
    return Promise.allSettled([
      quietly(unlessMissing('channel', readList(channel))),
      thread === null || thread === 'new'
        ? undefined
        : quietly(unlessMissing('thread', readPage(thread, replace))),
    ])
  }

  /** What was read before may be stale: forget it, and read what is in sight. */
  const readAll = async (): Promise<void> => {
    const { [state.route.thread ?? '']: page } = state.pages
    const { [state.route.channel]: list } = state.lists
    set({
      ...state,
      lists: list === undefined ? {} : { [state.route.channel]: list },
      pages: page === undefined ? {} : { [page.thread.id]: page },
    })
    await Promise.all([quietly(readChannels()), readRouted(true)])
  }

  const onEvent = (event: WireEvent): void => {
    if (event.type === 'ready' || event.type === 'resync') void readAll()
    for (const one of reading) if (one.isAbout(event)) one.events.push(event)
    const { state: next, stale } = apply(state, event)
    set(next)
    if (stale !== undefined) void quietly(readPage(stale, true))
  }

  const onLink = (link: 'open' | 'away'): void => {
    if (link === 'open') {
      clearTimeout(away)
      away = undefined
      set({ ...state, link })
    } else {
      // Each failed attempt comes here; the first one counts.
      away ??= setTimeout(() => set({ ...state, link }), AWAY_AFTER_MS)
      void quietly(client.session().then(entered))
    }
  }

  const entered = (session: SessionView): void => {
    set({ ...state, session })
    if (session.person !== null) hangUp ??= listen(onEvent, onLink)
    else {
      hangUp?.()
      hangUp = undefined
    }
  }

  const checkSession = async (): Promise<void> => entered(await client.session())

  const begin = async (): Promise<void> => {
    try {
      await checkSession()
    } catch {
      set({ ...state, link: 'away' })
      setTimeout(() => void begin(), 2_000)
    }
  }

  const store: Store = {
    get state() {
      return state
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    start() {
      addEventListener('hashchange', () => {
        set(opened(state, readRoute(location.hash)))
        void readRouted(false)
      })
      void begin()
    },
    async signIn(person) {
      entered(await client.signIn(person))
    },
    async signOut() {
      await client.signOut()
      await checkSession()
    },
    go(route) {
      location.hash = hashOf(route)
    },
    async addChannel(name) {
      const channel = await client.addChannel(name)
      set(apply(state, { type: 'channel', channel }).state)
      store.go({ channel: channel.id, thread: null })
    },
    async moreThreads() {
      const { channel } = state.route
      const last = state.lists[channel]?.threads.toSorted((a, b) => a.startedAt - b.startedAt)[0]
      if (last !== undefined)
        await quietly(
          client.threads(channel, last.id).then((list) => set(withList(state, channel, list, true))),
        )
    },
    async moreMessages() {
      const page = state.pages[state.route.thread ?? '']
      const first = page?.messages[0]
      if (page !== undefined && first !== undefined) {
        await quietly(client.thread(page.thread.id, first.id).then((older) => set(withOlder(state, older))))
      }
    },
    async send({ channel, thread }, question) {
      const fresh = thread === null || thread === 'new'
      const sent = await (fresh ? client.begin(channel, question) : client.follow(thread, question))
      // The event says the same; whichever comes first shows it.
      set(apply(state, { type: 'message', message: sent.message }).state)
      if (fresh) store.go({ channel, thread: sent.thread.id })
    },
    async react(message, emoji, on) {
      await quietly(client.react(message, emoji, on))
    },
    edit(message) {
      set({ ...state, editing: message, notice: null })
    },
    async saveEdit(id, change) {
      const message = await client.edit(id, change)
      set({ ...apply(state, { type: 'message', message }).state, editing: null })
    },
    async remove({ id, thread }) {
      const done = client
        .remove(id)
        .then(() => set(apply(state, { type: 'removed', thread, message: id }).state))
      await pressing(id, done)
    },
    async stop() {
      const reply = underWay(state)
      const { thread } = state.route
      if (reply === null || thread === null) return
      set({ ...state, stopped: reply, announcement: 'Stopping.' })
      await quietly(
        client.stop(thread, reply).then(({ stopped }) => {
          if (!stopped) set({ ...state, stopped: null, announcement: 'It was already finished.' })
        }),
      )
    },
    async vote(message, reply, value) {
      const noted = client.vote(message, { reply, value }).then(() => {
        set(withVote(state, reply, value))
        return true
      })
      return (await pressing(message, noted)) ?? false
    },
    async again({ id, reply }) {
      if (reply === null) return
      set({ ...state, announcement: 'Trying again.' })
      await pressing(id, client.regenerate(id, { reply, key: newKey() }))
    },
    earlier: async (message, nth) => {
      const found = await pressing(message, client.earlier(message, nth))
      if (found?.reply != null && found.vote !== null) set(withVote(state, found.reply, found.vote))
      return found
    },
    async compare({ id, thread, reply }) {
      if (reply === null) return
      const begun = await pressing(id, client.compare(id, { reply, key: newKey() }))
      if (begun !== undefined)
        store.go({ channel: state.route.channel, thread, at: 'rank', item: begun.task })
    },
    say(message, text) {
      set({ ...state, notice: { message, text } })
    },
    checkSession: () => quietly(checkSession()),
    leave(farewell) {
      set({ ...initialState(HOME), link: state.link, session: state.session, farewell })
      if (state.session !== null) entered({ ...state.session, person: null })
      store.go(HOME)
    },
  }
  return store
}

function threadOf(event: WireEvent): string | undefined {
  switch (event.type) {
    case 'message':
      return event.message.thread
    case 'patch':
    case 'removed':
    case 'reactions':
    case 'working':
      return event.thread
    case 'thread':
    case 'channel':
    case 'ready':
    case 'resync':
      return undefined
  }
}

/** The state now, and again whenever it changes. */
export function useStore(store: Store): State {
  const [state, setState] = useState(store.state)
  useEffect(() => {
    setState(store.state)
    return store.subscribe(() => setState(store.state))
  }, [store])
  return state
}
