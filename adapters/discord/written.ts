/**
 * Finding what an earlier attempt wrote of a reply: the process died before it could be remembered, or the answer to a
 * post was lost and its nonce is forgotten by now (rules T1, T3).
 */
import { z } from 'zod'
import type { DiscordApi } from './api.ts'
import { readCustomId } from './controls.ts'
import { CANNOT_READ } from './explanation.ts'
import { faultOf } from './fault.ts'
import { snowflake } from './message.ts'
import type { Target } from './target.ts'

/** Discord's largest page; the search begins at the question, so the first one nearly always has it. */
const PAGE = 100
const MOST_PAGES = 5

const button = z.object({ custom_id: z.string() })
const messageSchema = z.object({
  id: snowflake,
  type: z.int(),
  author: z.object({ id: snowflake }),
  content: z.string(),
  components: z
    .array(z.object({ components: z.array(button) }))
    .catch([])
    .default([]),
  message_reference: z.object({ message_id: snowflake.optional() }).optional().catch(undefined),
})
type Message = z.infer<typeof messageSchema>

/** Default and reply: what is posted, and none of Discord's own notes in our name. */
const POSTED_TYPES: readonly number[] = [0, 19]

export interface Sought {
  readonly target: Target
  /** The question's message; what was written is newer. */
  readonly question: string
  readonly reply: string
  /** Messages that are known to show it. */
  readonly shown: readonly string[]
}

/** A message as it stands there; only its id where it was not found, for it may be gone. */
export interface Written {
  readonly id: string
  readonly content: string | undefined
  /** The `custom_id` of every button, joined. */
  readonly buttons: string | undefined
}

/**
 * Messages that show the reply, oldest first; the known ones among them.
 *
 * @throws what discord.js throws when Discord cannot be asked
 */
export async function writtenOf(
  sought: Sought,
  api: Pick<DiscordApi, 'following' | 'me'>,
  signal: AbortSignal,
): Promise<readonly Written[]> {
  const me = await api.me()
  const own = (await since(sought, api, signal)).filter(
    ({ author, type, content }) => author.id === me && POSTED_TYPES.includes(type) && content !== CANNOT_READ,
  )
  const ids = [...new Set([...sought.shown, ...oursOf(own, sought)])]
  const found = new Map(own.map((each) => [each.id, asWritten(each)]))
  return ids
    .toSorted((one, other) => one.length - other.length || (one < other ? -1 : 1))
    .map((id) => found.get(id) ?? { id, content: undefined, buttons: undefined })
}

const asWritten = ({ id, content, components }: Message): Written => ({
  ...{ id, content },
  buttons: components.flatMap((row) => row.components.map(({ custom_id }) => custom_id)).join(),
})

function oursOf(own: readonly Message[], { target, reply, shown }: Sought): readonly string[] {
  const { replyTo } = target
  // Where a reply hangs on its question, that names it.
  if (replyTo !== undefined)
    return own.filter((each) => each.message_reference?.message_id === replyTo).map(({ id }) => id)
  // Turns of a thread run one at a time (rule T2): what stands above the end of another reply is not of this one.
  const other = own.findLastIndex((each) => !shown.includes(each.id) && isOfAnother(each, reply))
  return own.slice(other + 1).map(({ id }) => id)
}

const isOfAnother = ({ components }: Message, reply: string): boolean =>
  components.some((row) =>
    row.components.some(({ custom_id }) => {
      const read = readCustomId(custom_id)
      return read !== undefined && read.reply !== reply
    }),
  )

async function since(
  { target, question }: Sought,
  api: Pick<DiscordApi, 'following'>,
  signal: AbortSignal,
): Promise<readonly Message[]> {
  const found: Message[] = []
  let after = question
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const messages = await unlessClosed(api.following(target.channel, after, PAGE, signal))
    found.push(...messages.flatMap((each) => messageSchema.safeParse(each).data ?? []))
    const last = messages.at(-1)?.id
    if (messages.length < PAGE || typeof last !== 'string') break
    after = last
  }
  return found
}

/** Without the right to read there is nothing to find; whoever writes next hears why. */
async function unlessClosed<T>(answer: Promise<readonly T[]>): Promise<readonly T[]> {
  try {
    return await answer
  } catch (error) {
    const kind = faultOf(error)?.kind
    if (kind === 'gone' || kind === 'refused') return []
    throw error
  }
}
