/**
 * Logging in, and what to do when Discord says no.
 *
 * @see https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes
 */
import {
  type Client,
  DiscordAPIError,
  DiscordjsErrorCodes,
  Events,
  GatewayCloseCodes,
  HTTPError,
} from 'discord.js'
import type { Clock } from '#core/clock.ts'
import { PlatformError, type PlatformFault } from '#core/errors.ts'
import { describe } from './fault.ts'

/** Guilds have fifteen seconds to arrive, the handshake thirty; after both there is nothing to wait for. */
const READY_WITHIN_MS = 60_000

export const TOKEN_FIX =
  'Copy the bot token again from the Discord Developer Portal (your application, Bot, Reset Token) and restart.'

/**
 * Resolves when events flow.
 *
 * @throws PlatformError
 */
export async function logIn(
  client: Client,
  token: string,
  { clock, stopping }: { readonly clock: Clock; readonly stopping: AbortSignal },
): Promise<void> {
  let closeCode: number | undefined
  const settled = new AbortController()
  const onClose = ({ code }: { code: number }) => {
    closeCode = code
  }
  client.on(Events.ShardDisconnect, onClose)
  try {
    const ready = Promise.withResolvers<Client<true>>()
    client.once(Events.ClientReady, ready.resolve)
    const open = client.login(token).then(() => ready.promise)
    await Promise.race([open, tooLate(clock, AbortSignal.any([settled.signal, stopping]))])
  } catch (error) {
    await client.destroy()
    throw new PlatformError(loginFault(error, closeCode))
  } finally {
    settled.abort()
    client.off(Events.ShardDisconnect, onClose)
  }
}

/** The portal's switch for message content is off. */
export const lacksContentIntent = (error: unknown): boolean =>
  error instanceof PlatformError && error.fault.code === String(GatewayCloseCodes.DisallowedIntents)

/** What the operator reads about a connection that Discord will not have. */
export function loginFault(error: unknown, closeCode: number | undefined): PlatformFault {
  const fault = { platform: 'discord', method: 'login' }
  if (closeCode !== undefined && closeCode in CLOSE_FIXES) return { ...fault, ...closeFault(closeCode) }
  const code = error instanceof Error && 'code' in error ? String(error.code) : describe(error)
  if (code === DiscordjsErrorCodes.TokenInvalid) return { ...fault, code, fix: TOKEN_FIX, permanent: true }
  const answered = error instanceof HTTPError || error instanceof DiscordAPIError
  const fix = answered
    ? 'Discord has trouble of its own; see discordstatus.com. Trying again may help.'
    : 'Discord cannot be reached; check the network and, if set, the API address.'
  return { ...fault, code, fix, permanent: false }
}

/** Close codes after which Discord takes no reconnect, and what helps. */
const CLOSE_FIXES: Readonly<Record<number, string>> = {
  [GatewayCloseCodes.AuthenticationFailed]: TOKEN_FIX,
  [GatewayCloseCodes.InvalidShard]: 'This is a bug in Parley; please report it.',
  [GatewayCloseCodes.ShardingRequired]: 'The bot is in more than 2500 servers; Discord wants it sharded.',
  [GatewayCloseCodes.InvalidAPIVersion]: 'Discord retired this API version; update Parley.',
  [GatewayCloseCodes.InvalidIntents]: 'Discord does not know these intents; update Parley.',
  [GatewayCloseCodes.DisallowedIntents]:
    'Switch on Message Content Intent in the Discord Developer Portal (your application, Bot, Privileged Gateway ' +
    'Intents), save, and restart.',
}

/** @returns what a permanent close of a running connection means. */
export const closeFault = (code: number): Pick<PlatformFault, 'code' | 'fix' | 'permanent'> => ({
  code: String(code),
  fix: CLOSE_FIXES[code] ?? 'Restart Parley.',
  permanent: true,
})

async function tooLate(clock: Clock, over: AbortSignal): Promise<never> {
  await clock.sleep(READY_WITHIN_MS, over)
  throw new Error('Discord accepted the login but did not become ready')
}
