import { Keyv } from 'keyv'
import { onTestFinished } from 'vitest'
import { createDiscord } from '#adapters/discord/discord.ts'
import type { Platform } from '#adapters/platform.ts'
import { type Clock, systemClock } from '#core/clock.ts'
import { Accounts } from '#core/delivery/accounts.ts'
import type { ReplyView } from '#core/delivery/surface.ts'
import type { Leases } from '#core/turns/leases.ts'
import {
  type DiscordSimulator,
  type DiscordSimulatorOptions,
  startDiscordSimulator,
} from '#test/platforms/discord/simulator.ts'
import { recordingLog } from '#test/quiet-log.ts'
import { RecordingHost } from './recording-host.ts'

export interface Running {
  readonly simulator: DiscordSimulator
  readonly host: RecordingHost
  readonly discord: Platform
  readonly logged: () => readonly Record<string, unknown>[]
  /** The process ends and another one starts: same Discord, same store, nothing else kept. */
  restart(): Promise<Platform>
  /** One more, beside it, on the same store. */
  another(): Promise<Platform>
}

/** A simulated Discord with the adapter not logged in yet. Everything ends with the test. */
export async function stopped(
  options: DiscordSimulatorOptions & {
    readonly token?: string
    readonly adapterClock?: Clock
    /** Nothing that an adapter keeps outlives it. */
    readonly forgetful?: boolean
    readonly leases?: Leases
    readonly memory?: Keyv
  } = {},
): Promise<Running> {
  const { token, adapterClock, forgetful = false, leases, memory: given, ...rest } = options
  const memory = forgetful ? undefined : (given ?? new Keyv())
  const kept = { ...(memory !== undefined && { memory }), ...(leases !== undefined && { leases }) }
  const simulator = await startDiscordSimulator(rest)
  const { log, lines } = recordingLog()
  const host = new RecordingHost()
  const clock = adapterClock ?? systemClock
  const open = () =>
    createDiscord(
      { token: token ?? simulator.token, apiUrl: simulator.apiUrl },
      { log, clock, accounts: new Accounts(clock), ...kept },
    )
  let discord = open()
  onTestFinished(async () => {
    await discord.stop()
    await simulator.close()
  })
  return {
    simulator,
    host,
    discord,
    logged: lines,
    another: async () => {
      const other = open()
      onTestFinished(() => other.stop())
      await other.start(host)
      return other
    },
    restart: async () => {
      await discord.stop()
      discord = open()
      await discord.start(host)
      return discord
    },
  }
}

/** The same, logged in. */
export async function running(options: Parameters<typeof stopped>[0] = {}): Promise<Running> {
  const world = await stopped(options)
  await world.discord.start(world.host)
  return world
}

/** A reply's id, as the core makes them. */
export const REPLY = '019a3c5e-0000-7000-8000-000000000001'

export const writing = (...parts: string[]): ReplyView => ({ parts, finished: false, controls: ['stop'] })
export const finished = (...parts: string[]): ReplyView => ({
  parts,
  finished: true,
  controls: ['good', 'bad', 'regenerate'],
})

/** What the thread shows of the assistant, oldest first. */
export const readReply = (simulator: DiscordSimulator, thread: string): readonly string[] =>
  simulator
    .messages(thread)
    .filter(({ authorId, type }) => authorId === simulator.bot.id && type !== 21)
    .map(({ content }) => content)
