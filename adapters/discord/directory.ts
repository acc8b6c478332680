import type { Channel, Client } from 'discord.js'
import { faultOf } from './fault.ts'
import { kindOf, type Where } from './question.ts'
import type { Names, Self } from './text.ts'

/** What is known about a server beyond what an event says of itself. */
export interface Directory {
  /** What the caches know of a channel. */
  known(channel: string): Where | undefined
  /**
   * Also asks Discord.
   *
   * @returns undefined for a channel that is gone or closed to us.
   * @throws what discord.js throws when Discord cannot be asked
   */
  look(channel: string): Promise<Where | undefined>
  self(guild: string | undefined): Self
  readonly names: Names
  /**
   * @returns false for a person, and for whoever no longer exists.
   * @throws what discord.js throws when Discord cannot be asked
   */
  isBot(user: string): Promise<boolean>
}

/** @param me the bot's own user id. */
export function createDirectory(client: Client, me: string): Directory {
  const known = (channel: string) => whereOf(client.channels.cache.get(channel))
  const roles = (guild: string | undefined) =>
    guild === undefined ? undefined : client.guilds.cache.get(guild)?.roles
  return {
    known,
    // An archived thread is in no cache, and one that only an event described has no parent yet.
    look: async (channel) =>
      known(channel) ?? whereOf(await unlessDenied(client.channels.fetch(channel, { force: true }))),
    self: (guild) => ({ user: me, role: roles(guild)?.botRoleFor(me)?.id }),
    names: {
      role: (id) =>
        client.guilds.cache.find(({ roles: { cache } }) => cache.has(id))?.roles.cache.get(id)?.name,
      channel: (id) => {
        const channel = client.channels.cache.get(id)
        return channel && 'name' in channel && channel.name ? channel.name : undefined
      },
    },
    isBot: async (id) =>
      (client.users.cache.get(id) ?? (await unlessDenied(client.users.fetch(id))))?.bot ?? false,
  }
}

/** Undefined for what Discord will never tell; a failure that may pass is thrown on. */
async function unlessDenied<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer
  } catch (error) {
    const kind = faultOf(error)?.kind
    if (kind === 'gone' || kind === 'refused') return undefined
    throw error
  }
}

function whereOf(channel: Channel | null | undefined): Where | undefined {
  if (!channel) return undefined
  const kind = kindOf(channel.type)
  if (kind !== 'thread') return { kind }
  return channel.isThread() && channel.parentId !== null ? { kind, parent: channel.parentId } : undefined
}
