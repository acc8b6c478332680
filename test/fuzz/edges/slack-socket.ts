import * as fc from 'fast-check'
import { createSlack } from '#adapters/slack/slack.ts'
import { systemClock } from '#core/clock.ts'
import { quietLog } from '#test/quiet-log.ts'
import { RoomyAccounts } from '#test/roomy-accounts.ts'
import { slackWorld } from '#test/scenarios/worlds/slack.ts'
import { standBetween } from '../between.ts'
import { edge } from '../edge.ts'
import { broken, hostile, hostileText, junk, mutated, put } from '../hostile.ts'
import { fuzzedParley } from '../parley.ts'
import { actInSlack, neededIn } from './slack-samples.ts'

/** What is sent over the WebSocket: a text as it is, anything else as JSON. */
type Frame = { readonly text: string } | { readonly json: unknown } | { readonly bytes: readonly number[] }

/** As in scenarios: replies need not wait for the room that a real workspace gives them. */
const SPENDING_SPEED = 500

/** Slack's Socket Mode: envelopes, and frames that are none. */
export const slackSocketEdge = edge<Frame>('slack-socket', 12, async () => {
  const world = await slackWorld({ socket: true })
  const between = await standBetween(new URL(world.simulator.apiUrl).origin)
  const { botToken, appToken, apiUrl } = world.simulator
  const fuzzed = await fuzzedParley({
    ...world,
    platform: async () =>
      createSlack(
        { botToken, appToken, apiUrl: between.url(apiUrl) },
        { log: quietLog, clock: systemClock, accounts: new RoomyAccounts(systemClock, SPENDING_SPEED) },
      ),
  })
  await actInSlack(world.simulator)
  await fuzzed.rest()
  fuzzed.mute()
  between.enough()
  const envelopes = between.frames.map((frame): unknown => JSON.parse(frame)).filter(isEnvelope)
  const json = (value: unknown): Frame => ({ json: value })
  return {
    state: fuzzed,
    invalid: fc.oneof(
      fc.constantFrom(...envelopes).chain((envelope) =>
        fc
          .constantFrom(...neededIn(envelope.payload))
          .chain((path) => broken(envelope, ['payload', ...path]))
          .map(json),
      ),
      // Nothing of an envelope is an event without its payload.
      fc.constantFrom(...envelopes).chain((envelope) => broken(envelope, ['payload']).map(json)),
      fc
        .record({
          envelope: fc.constantFrom(...envelopes),
          type: fc.oneof(
            hostile,
            fc.constantFrom(
              'error',
              'connected',
              'disconnected',
              'close',
              'ws_message',
              'slack_event',
              'authenticated',
              'reconnecting',
            ),
          ),
          payload: junk,
        })
        .filter(({ type }) => type !== 'hello' && type !== 'disconnect')
        .map(({ envelope, type, payload }) => json({ ...envelope, type, payload })),
      junk.map(json),
      hostileText.map((text): Frame => ({ text })),
      fc.uint8Array({ maxLength: 200 }).map((bytes): Frame => ({ bytes: [...bytes] })),
    ),
    wild: fc.oneof(
      {
        arbitrary: mutated(envelopes.map(({ payload }) => payload)).chain((payload) =>
          fc.constantFrom(...envelopes).map((envelope) => json(put(envelope, ['payload'], payload))),
        ),
        weight: 20,
      },
      { arbitrary: mutated(envelopes).map(json), weight: 20 },
    ),
    async take(given) {
      if ('text' in given) return between.say(given.text)
      if ('bytes' in given) return between.say(Uint8Array.from(given.bytes))
      return between.say(JSON.stringify(given.json) ?? '')
    },
    [Symbol.asyncDispose]: async () => {
      await fuzzed[Symbol.asyncDispose]()
      await between[Symbol.asyncDispose]()
    },
  }
})

interface Envelope {
  readonly payload: unknown
}

const isEnvelope = (frame: unknown): frame is Envelope =>
  typeof frame === 'object' && frame !== null && 'envelope_id' in frame && 'payload' in frame
