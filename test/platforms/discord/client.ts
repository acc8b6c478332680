/** The real discord.js against the simulator, with Parley's intents and partials. */
import { once } from 'node:events'
import {
  Client,
  type ClientEvents,
  type ClientOptions,
  Events,
  GatewayIntentBits as Intent,
  Partials,
  TextChannel,
} from 'discord.js'
import { expect, onTestFinished } from 'vitest'
import { restOptions } from '#adapters/discord/api.ts'
import type { Clock } from '#core/clock.ts'
import type { DiscordSimulator, DiscordSimulatorOptions } from './contract.ts'
import { startDiscordSimulator } from './simulator.ts'

export const PARLEY_INTENTS = [
  Intent.Guilds,
  Intent.GuildMessages,
  Intent.MessageContent,
  Intent.GuildMessageReactions,
  Intent.DirectMessages,
  Intent.DirectMessageReactions,
]
const PARLEY_PARTIALS = [Partials.Channel, Partials.Message, Partials.Reaction, Partials.User]

const clientsOf = new WeakMap<DiscordSimulator, Client[]>()
const errorsOf = new WeakMap<Client, Error[]>()

/**
 * A simulator that goes with the test, and takes its clients along.
 *
 * @param finished a concurrent test gives its own `onTestFinished`.
 */
export async function simulate(
  options: DiscordSimulatorOptions = {},
  finished: typeof onTestFinished = onTestFinished,
): Promise<DiscordSimulator> {
  const simulator = await startDiscordSimulator(options)
  const clients: Client[] = []
  clientsOf.set(simulator, clients)
  finished(async () => {
    await Promise.all(clients.map((client) => client.destroy()))
    await simulator.close()
    // What discord.js could not make sense of is a defect of the simulator.
    expect(clients.flatMap((client) => errorsOf.get(client) ?? [])).toEqual([])
  })
  return simulator
}

/** A client that is not logged in yet. */
export function clientOf(simulator: DiscordSimulator, more: Partial<ClientOptions> = {}): Client {
  const client = new Client({
    intents: PARLEY_INTENTS,
    partials: PARLEY_PARTIALS,
    enforceNonce: true,
    // discord.js keeps five seconds between two IDENTIFYs; a test has no time for that.
    ws: { buildIdentifyThrottler: () => Promise.resolve({ waitForIdentify: () => Promise.resolve() }) },
    ...more,
    // Files go up whichever library loaded its HTTP client first.
    rest: { api: simulator.apiUrl, makeRequest: restOptions(simulator.apiUrl).makeRequest, ...more.rest },
  })
  const errors: Error[] = []
  errorsOf.set(client, errors)
  client.on(Events.Error, (error) => {
    errors.push(error)
  })
  clientsOf.get(simulator)?.push(client)
  return client
}

export async function login(
  simulator: DiscordSimulator,
  more: Partial<ClientOptions> = {},
): Promise<Client<true>> {
  const client = clientOf(simulator, more)
  const ready = once(client, Events.ClientReady)
  await client.login(simulator.token)
  await ready
  if (!client.isReady()) throw new Error('The client says ready and is not.')
  return client
}

/** The arguments of the next event of that name. */
export function next<Name extends keyof ClientEvents>(
  client: Client,
  name: Name,
): Promise<ClientEvents[Name]> {
  return new Promise((resolve) => {
    client.once(name, (...args) => resolve(args))
  })
}

/** Events as they come in, and a promise for having enough of them. */
export interface Collected<Item> {
  readonly items: readonly Item[]
  atLeast(count: number): Promise<readonly Item[]>
}

function collector<Item>(): Collected<Item> & { add(item: Item): void } {
  const items: Item[] = []
  const waiting = new Set<() => void>()
  return {
    items,
    add(item) {
      items.push(item)
      for (const tryAgain of [...waiting]) tryAgain()
    },
    atLeast: (count) =>
      new Promise((resolve) => {
        const tryAgain = (): void => {
          if (items.length < count) return
          waiting.delete(tryAgain)
          resolve(items)
        }
        waiting.add(tryAgain)
        tryAgain()
      }),
  }
}

/** Everything of that name from now on. */
export function collect<Name extends keyof ClientEvents>(
  client: Client,
  name: Name,
): Collected<ClientEvents[Name]> {
  const seen = collector<ClientEvents[Name]>()
  client.on(name, (...args) => {
    seen.add(args)
  })
  return seen
}

export interface Packet {
  readonly t: string
  readonly d: Readonly<Record<string, unknown>>
}

/** Gateway dispatches before discord.js makes anything of them. */
export function collectRaw(client: Client): Collected<Packet> {
  const seen = collector<Packet>()
  client.on(Events.Raw, (packet: Packet) => {
    seen.add(packet)
  })
  return seen
}

/** A guild text channel as the client has it. */
export function textChannel(client: Client, id: string): TextChannel {
  const channel = client.channels.cache.get(id)
  if (!(channel instanceof TextChannel)) throw new Error(`${id} is no text channel.`)
  return channel
}

/** A clock that only moves when a test moves it. */
export function handClock(from = Date.UTC(2026, 10, 23)): Clock & { advance(ms: number): void } {
  let now = from
  return {
    now: () => now,
    sleep: async (ms) => {
      now += ms
    },
    advance(ms) {
      now += ms
    },
  }
}
