import type { Namespace } from '#core/store/namespaces.ts'
import type { ChannelView, WireEvent } from '../protocol.ts'
import { KeyedQueue } from './queue.ts'

/** There from the start; everyone may add more. */
const FIRST_CHANNELS: readonly ChannelView[] = [
  { id: 'general', about: 'Ask anything' },
  { id: 'engineering', about: 'Code, tools and incidents' },
  { id: 'writing', about: 'Drafts, edits and translations' },
  { id: 'random', about: 'Everything else' },
]

/** All channels are read at once, so there is an end to them. */
const CHANNEL_LIMIT = 100

const KEY = 'channels'

export class Channels {
  readonly #store: Namespace
  readonly #publish: (event: WireEvent) => void
  readonly #queue: KeyedQueue

  constructor(store: Namespace, publish: (event: WireEvent) => void) {
    this.#store = store
    this.#queue = new KeyedQueue(store, 'channels')
    this.#publish = publish
  }

  async all(): Promise<readonly ChannelView[]> {
    return [...FIRST_CHANNELS, ...((await this.#store.get<ChannelView[]>(KEY)) ?? [])]
  }

  async has(id: string): Promise<boolean> {
    return (await this.all()).some((channel) => channel.id === id)
  }

  /** Adding one that is there already finds it. */
  add(channel: ChannelView): Promise<ChannelView | 'full'> {
    return this.#queue.run(KEY, async () => {
      const all = await this.all()
      const found = all.find(({ id }) => id === channel.id)
      if (found !== undefined) return found
      if (all.length >= CHANNEL_LIMIT) return 'full'
      await this.#store.set(KEY, [...all.slice(FIRST_CHANNELS.length), channel])
      this.#publish({ type: 'channel', channel })
      return channel
    })
  }
}
