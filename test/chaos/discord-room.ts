import { WRITING_SIGN } from '#adapters/discord/contents.ts'
import type { Draw } from '#core/feedback/seeded-draw.ts'
import { type DiscordSimulator, type Sent, startDiscordSimulator } from '#test/platforms/discord/simulator.ts'
import type { Asked, Fault, Room, Talk } from './room.ts'

/** Discord's own note at the head of a thread, in the name of whoever opened it. */
const THREAD_STARTER = 21
const CHANNELS = 50
const PEOPLE = 40
/** Windows of limits pass so many times as fast: Parley's own are as much wider. */
const LIMIT_SPEED = 100
/** Sooner than Discord asks for, so that a dead connection is found within seconds. */
const HEARTBEAT_MS = 2_000
/** The write happens at once: one that happens after everybody has given it up would put old words over new ones. */
const NO_ANSWER_MS = 30_000
const PLENTY = 1_000_000

export async function discordRoom(): Promise<Room> {
  const discord = await startDiscordSimulator({
    limitSpeed: LIMIT_SPEED,
    heartbeatIntervalMs: HEARTBEAT_MS,
    identifyBudget: PLENTY,
    activeThreadLimit: PLENTY,
  })
  return {
    env: { DISCORD_TOKEN: discord.token, DISCORD_API_URL: discord.apiUrl },
    talk: (thread) => talkIn(discord, thread),
    faults: faultsOf(discord),
    calm: () => discord.failNoMore(),
    close: () => discord.close(),
  }
}

function talkIn(discord: DiscordSimulator, thread: number): Talk {
  const channel = discord.channel(`room-${thread % CHANNELS}`)
  const person = discord.person(`person-${thread % PEOPLE}`)
  let opening: Sent | undefined
  /** A thread has the id of the message that it starts from. */
  const at = () => opening?.messageId ?? ''
  let there = false
  const exists = () => {
    there ||= discord.threads().some(({ id }) => id === at())
    return there
  }
  const replies = () =>
    exists()
      ? discord
          .messages(at())
          .filter(({ authorId, type }) => authorId === discord.bot.id && type !== THREAD_STARTER)
      : []
  return {
    ask: async (text) => {
      const sent = opening === undefined ? person.mention(channel, text) : person.post(at(), text)
      opening ??= sent
      return askedBy(sent)
    },
    open: exists,
    messages: () => replies().map(({ content }) => content),
    unfinished: () => replies().some(({ content }) => content.endsWith(WRITING_SIGN)),
    trace: () =>
      discord.calls
        .filter(({ path }) => path.includes(at()))
        .map(
          ({ method, path, body, at, status }) => `${at} ${method} ${path} ${status} ${JSON.stringify(body)}`,
        ),
  }
}

function askedBy(sent: Sent): Asked {
  let times = 1
  return {
    redeliver: async () => {
      times += 1
      sent.redeliver()
    },
    // Nothing is acknowledged on a gateway, and it keeps its order.
    times: () => ({}),
    deliveries: () => times,
  }
}

const CALLS = [
  'POST /channels/:id/messages',
  'PATCH /channels/:id/messages/:message',
  'POST /channels/:id/messages/:message/threads',
  'POST /channels/:id/typing',
]

function faultsOf(discord: DiscordSimulator): readonly Fault[] {
  const some = (draw: Draw, most: number, fault: Parameters<typeof discord.failNext>[1]) =>
    discord.failNext(CALLS[draw(CALLS.length)] ?? '', fault, 1 + draw(most))
  const closing = (code: number): Fault => ({
    name: `discord: the gateway closes with ${code}`,
    weight: 1,
    strike: () => discord.closeGateway(code),
  })
  return [
    {
      name: 'discord: a storm of 429',
      weight: 2,
      strike: (draw) => {
        for (const call of CALLS)
          discord.failNext(call, { kind: 'rateLimit', retryAfterMs: 500 + draw(1_500) }, 2 + draw(6))
      },
    },
    {
      name: 'discord: 5xx',
      weight: 2,
      strike: (draw) => some(draw, 6, { kind: 'error', status: 500 + draw(4), code: 0 }),
    },
    {
      name: 'discord: connections cut before the write',
      weight: 2,
      strike: (draw) => some(draw, 4, { kind: 'reset', when: 'before' }),
    },
    {
      name: 'discord: connections cut after the write',
      weight: 3,
      strike: (draw) => some(draw, 4, { kind: 'reset', when: 'after' }),
    },
    {
      name: 'discord: half-open connections',
      weight: 1,
      strike: (draw) => some(draw, 2, { kind: 'delay', ms: NO_ANSWER_MS, when: 'after' }),
    },
    closing(4000),
    closing(4007),
    closing(4009),
    { name: 'discord: the gateway breaks off', weight: 2, strike: () => discord.dropConnections() },
    { name: 'discord: asked to reconnect', weight: 1, strike: () => discord.requestReconnect() },
    {
      name: 'discord: the session is invalid',
      weight: 1,
      strike: (draw) => discord.invalidateSession(draw(2) === 0),
    },
    {
      name: 'discord: no heartbeat is answered',
      weight: 1,
      strike: async () => {
        discord.silenceHeartbeats()
        await new Promise((resolve) => setTimeout(resolve, 2 * HEARTBEAT_MS))
        discord.silenceHeartbeats(false)
      },
    },
  ]
}
