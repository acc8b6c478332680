/**
 * What was said while nobody listened: Discord replays it only to a session that resumes. So the channels in which
 * something newer stands are read, from the time on until which everything was heard (rule T1 sees to what was heard).
 *
 * A server tells, when it is entered, the newest message of every channel and open thread that we may see, so quiet
 * channels cost nothing. What is read is taken as it stands now. Reactions of that time are not told, nor that older
 * messages were edited or deleted.
 */
import { z } from 'zod'
import type { DiscordApi } from './api.ts'
import { faultOf } from './fault.ts'
import type { Marks } from './marks.ts'
import { snowflake, timeOf } from './message.ts'

/** Where something may have been said. */
export interface QuietChannel {
  readonly id: string
  /** Undefined for direct messages. */
  readonly guild: string | undefined
  /** Discord's number; undefined where nobody knows. */
  readonly type: number | undefined
  /** The newest message there; left out where nobody tells. */
  readonly newest?: string
  /** All of it was taken in: it hides no question, and tells at most that something was edited since (rule T6). */
  readonly isKnown?: boolean
}

/** What was said shortly before is looked at again: clocks differ, and a dead connection shows only after a while. */
const OVERLAP_MS = 60_000
const HOUR_MS = 3_600_000
/** Calls that a return costs at most, a server: each channel one page, rarely more. */
const MOST_CHANNELS = 300
/** Of these, for what was edited meanwhile. */
const MOST_KNOWN = 50
/** Discord's largest page. */
const PAGE = 100
const MOST_PAGES = 10
/** Longer than any page takes to come. */
const PAGE_WITHIN_MS = 60_000

const DIRECT_TYPE = 1
/** Their messages are in their threads. */
const FORUM_TYPES: readonly number[] = [15, 16]

/**
 * From when on to look.
 *
 * @param heardUntil undefined when nothing was ever heard: there is nothing to catch up with.
 * @param hours how far back to go at most; 0 for not at all.
 */
export function missedSince(heardUntil: number | undefined, now: number, hours: number): number | undefined {
  if (heardUntil === undefined || hours === 0) return undefined
  return Math.max(heardUntil - OVERLAP_MS, now - hours * HOUR_MS)
}

const channelSchema = z.object({ id: snowflake, type: z.int(), last_message_id: snowflake })
const listed = z
  .array(z.unknown())
  .catch([])
  .transform((items) => items.flatMap((each) => channelSchema.safeParse(each).data ?? []))
const guildSchema = z.object({ id: snowflake, channels: listed, threads: listed })

/**
 * Of a GUILD_CREATE: channels and threads in which something was said since then. The newest first, whichever they are:
 * a mention stands in a channel, and is as much a question as what is said in a thread. What is known comes last.
 *
 * @returns `left`: how many more there are than one return may cost; those that are quiet for the longest.
 */
export function channelsWithNews(
  guild: unknown,
  since: number,
  marks: Pick<Marks, 'knows'>,
): { readonly channels: readonly QuietChannel[]; readonly left: number } {
  const read = guildSchema.safeParse(guild)
  if (!read.success) return { channels: [], left: 0 }
  const { id: server, channels, threads } = read.data
  const newest = (one: z.infer<typeof channelSchema>) => timeOf(one.last_message_id)
  const withNews = [...threads, ...channels]
    .filter((one) => newest(one) >= since && !FORUM_TYPES.includes(one.type))
    .toSorted((one, other) => newest(other) - newest(one))
    .map(({ id, type, last_message_id: last }) => ({
      ...{ id, type, guild: server, newest: last },
      isKnown: marks.knows(id, last),
    }))
  const unknown = withNews.filter(({ isKnown }) => !isKnown)
  const known = withNews.filter(({ isKnown }) => isKnown).slice(0, MOST_KNOWN)
  return {
    channels: [...unknown, ...known].slice(0, MOST_CHANNELS),
    left: Math.max(0, unknown.length - MOST_CHANNELS),
  }
}

export const directChannel = (id: string): QuietChannel => ({ id, guild: undefined, type: DIRECT_TYPE })

/**
 * Messages of the channel from then on, oldest first, in the form in which the gateway tells of them.
 *
 * @throws what discord.js throws; a channel that is gone or closed to us is only empty.
 */
export async function* saidSince(
  api: Pick<DiscordApi, 'following'>,
  { id: channel, guild, type }: QuietChannel,
  since: number,
  stopped: AbortSignal,
): AsyncGenerator<unknown> {
  let after = idAt(since)
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const messages = await unlessClosed(
      api.following(channel, after, PAGE, AbortSignal.any([stopped, AbortSignal.timeout(PAGE_WITHIN_MS)])),
    )
    for (const message of messages)
      yield {
        ...message,
        ...(guild !== undefined && { guild_id: guild }),
        ...(type !== undefined && { channel_type: type }),
      }
    const last = messages.at(-1)?.id
    if (messages.length < PAGE || typeof last !== 'string') return
    after = last
  }
}

/** Discord's snowflakes count milliseconds from the first second of 2015, above 22 other bits. */
const idAt = (time: number): string => String(BigInt(Math.max(0, Math.floor(time) - timeOf('0'))) << 22n)

async function unlessClosed<T>(answer: Promise<readonly T[]>): Promise<readonly T[]> {
  try {
    return await answer
  } catch (error) {
    const kind = faultOf(error)?.kind
    if (kind === 'gone' || kind === 'refused') return []
    throw error
  }
}
