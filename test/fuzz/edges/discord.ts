import * as fc from 'fast-check'
import { createDiscord } from '#adapters/discord/discord.ts'
import { systemClock } from '#core/clock.ts'
import { Accounts } from '#core/delivery/accounts.ts'
import { quietLog } from '#test/quiet-log.ts'
import { discordWorld } from '#test/scenarios/worlds/discord.ts'
import { standBetween } from '../between.ts'
import { edge } from '../edge.ts'
import { broken, hostile, hostileText, junk, mutated } from '../hostile.ts'
import { fuzzedParley } from '../parley.ts'
import { actInDiscord, NEEDED } from './discord-samples.ts'

/** A dispatch, or something that is none. */
type Frame = { readonly t: unknown; readonly d: unknown } | { readonly packet: unknown }

/** Discord's gateway: dispatches, presses and forms among them, and packets that are none. */
export const discordEdge = edge<Frame>('discord', 22, async () => {
  const world = await discordWorld({ rateLimits: false })
  const { apiUrl, token } = world.simulator
  // The simulator counts what a client sends; heartbeats are asked for after every case here.
  const between = await standBetween(new URL(apiUrl).origin, (frame) =>
    Number(JSON.parse(frame).op) === HEARTBEAT ? JSON.stringify({ op: HEARTBEAT_ACK }) : undefined,
  )
  const fuzzed = await fuzzedParley({
    ...world,
    platform: async () =>
      createDiscord(
        { token, apiUrl: between.url(apiUrl) },
        { log: quietLog, clock: systemClock, accounts: new Accounts(systemClock) },
      ),
  })
  await actInDiscord(world.simulator)
  await fuzzed.rest()
  fuzzed.mute()
  between.enough()
  const dispatches = between.frames
    .map((frame): { op: number; t: string; d: unknown } => JSON.parse(frame))
    .filter(({ op, t }) => op === DISPATCH && !SESSION.test(t))
  const ours = dispatches.filter(({ t }) => NEEDED[t] !== undefined)
  const types = fc.constantFrom(...new Set(dispatches.map(({ t }) => t)), ...Object.keys(NEEDED))
  let sequence = 1_000_000
  return {
    state: fuzzed,
    invalid: fc.oneof(
      {
        arbitrary: fc
          .constantFrom(...ours)
          .chain(({ t, d }) =>
            fc
              .constantFrom(...(NEEDED[t] ?? []))
              .chain((path) => broken(d, path).map((given) => ({ t, d: given }))),
          ),
        weight: 40,
      },
      { arbitrary: fc.record({ t: types, d: junk }), weight: 30 },
      {
        arbitrary: fc.record({
          t: fc.oneof(hostileText, hostile),
          d: fc.oneof(
            junk,
            fc.constantFrom(...dispatches).map(({ d }) => d),
          ),
        }),
        weight: 10,
      },
      {
        arbitrary: fc
          .record({
            packet: fc.oneof(
              hostile.map((op) => ({ op, d: null, s: 1, t: 'MESSAGE_CREATE' })),
              junk,
            ),
          })
          .filter(({ packet }) => !endsTheSession(packet)),
        weight: 10,
      },
    ),
    wild: fc
      .constantFrom(...ours)
      .chain(({ t }) =>
        mutated(ours.filter((each) => each.t === t).map(({ d }) => d)).map((d) => ({ t, d })),
      ),
    async take(given) {
      sequence += 1
      const packet = 'packet' in given ? given.packet : { op: DISPATCH, s: sequence, ...given }
      await between.say(JSON.stringify(packet) ?? '')
    },
    [Symbol.asyncDispose]: async () => {
      await fuzzed[Symbol.asyncDispose]()
      await between[Symbol.asyncDispose]()
    },
  }
})

const DISPATCH = 0
const HEARTBEAT = 1
const HEARTBEAT_ACK = 11
/** What makes and ends a session; the client's own affair. */
const SESSION = /^(READY|RESUMED)$/

/** Reconnect, an invalid session, another hello: right in themselves, and followed by a new connection. */
const endsTheSession = (packet: unknown): boolean =>
  typeof packet === 'object' && packet !== null && 'op' in packet && [7, 9, 10].includes(Number(packet.op))
