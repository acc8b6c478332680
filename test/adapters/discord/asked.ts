import type { DiscordSimulatorOptions } from '#test/platforms/discord/simulator.ts'
import type { VirtualClock } from '#test/virtual-clock.ts'
import { REPLY, readReply, running } from './running.ts'

export const POST = 'POST /channels/:id/messages'
export const EDIT = 'PATCH /channels/:channel/messages/:message'
export const OPEN = 'POST /channels/:channel/messages/:message/threads'

export const live = (): AbortSignal => AbortSignal.timeout(10_000)

/** Alice has mentioned the assistant in #general, and a reply is about to be written. */
export async function asked(
  options: DiscordSimulatorOptions & { readonly adapterClock?: VirtualClock } = {},
) {
  const world = await running({ rateLimits: false, ...options })
  const { simulator, host, discord } = world
  const general = simulator.channel('general')
  const sent = simulator.person('alice').mention(general, 'what is a monad?')
  const { place } = await host.question('what is a monad?')
  const calls = (path: RegExp) =>
    simulator.calls.filter(({ method, path: at }) => path.test(`${method} ${at}`))
  return {
    ...world,
    general,
    place,
    thread: sent.messageId,
    sent,
    surface: discord.open(place, [], REPLY),
    reply: () => readReply(simulator, sent.messageId),
    calls,
  }
}
