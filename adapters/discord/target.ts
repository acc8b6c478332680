import type { DiscordApi } from './api.ts'
import { CODE, codeOf } from './fault.ts'
import type { Place } from './place.ts'

/** The channel whose messages show a reply. */
export interface Target {
  readonly channel: string
  /** The question, where the reply hangs on it instead of living in a thread. */
  readonly replyTo?: string
}

/** The bot may not, or cannot, open a thread here: it answers in the channel then. */
const THREADLESS: readonly (number | undefined)[] = [
  CODE.missingPermission,
  CODE.wrongChannelType,
  CODE.tooManyThreads,
]

/**
 * Opens the thread of a place that needs one. Idempotent: a thread that is there already is used (rule T1).
 *
 * @throws what discord.js throws
 */
export async function openTarget(api: DiscordApi, place: Place): Promise<Target> {
  switch (place.to) {
    case 'channel':
      return { channel: place.channel }
    case 'reply':
      return { channel: place.channel, replyTo: place.message }
    case 'new thread':
      return openThread(api, place)
  }
}

async function openThread(api: DiscordApi, place: Place & { to: 'new thread' }): Promise<Target> {
  const { channel, message, name } = place
  try {
    await api.openThread(channel, message, name)
    return { channel: message }
  } catch (error) {
    const code = codeOf(error)
    if (THREADLESS.includes(code)) return { channel, replyTo: message }
    // A thread outlives the message it started from, so a deleted question says nothing about its thread: the first
    // write finds out.
    if (code === CODE.threadExists || code === CODE.unknownMessage) return { channel: message }
    throw error
  }
}
