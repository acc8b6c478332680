/**
 * What Slack sends, read into what the core understands. Pure: no calls, no state. Anything that is not a message of
 * a person reads as `undefined` (rule S6).
 */
import { z } from 'zod'
import type { Question } from '#core/dialogue/question.ts'
import { naming, type Speaker, type ThreadRef } from '#core/thread.ts'
import { mentionedIn, toMarkdown } from './mrkdwn.ts'
import type { Place } from './place.ts'

/** Who we are in this workspace, as `auth.test` says. */
export interface Self {
  readonly team: string
  readonly user: string
  readonly bot: string
}

export const timestamp = z.string().regex(/^\d{1,12}\.\d{1,9}$/)
/**
 * What Slack calls a person, a channel or a view. It becomes part of keys in the store and of calls, so nothing else is
 * taken for one (rule S6).
 */
export const slackId = z.string().regex(/^[\w-]{1,64}$/)

const messageSchema = z.object({
  type: z.enum(['app_mention', 'message']),
  subtype: z.string().optional(),
  hidden: z.boolean().optional(),
  user: slackId,
  bot_id: z.string().nullish(),
  text: z.string().nullish(),
  ts: timestamp,
  thread_ts: timestamp.optional(),
  channel: slackId,
  channel_type: z.string().optional(),
  team: z.string().nullish(),
  user_team: z.string().nullish(),
  source_team: z.string().nullish(),
  files: z.array(z.object({ name: z.string().nullish() })).optional(),
})

/** A message of a person, before names are looked up. */
export interface Incoming {
  /** `direct` and `mention` are for us; `bystander` only when the thread is ours already. */
  readonly address: 'direct' | 'mention' | 'bystander'
  readonly id: string
  readonly thread: ThreadRef
  readonly place: Place
  readonly sentAt: number
  readonly speaker: string
  readonly mrkdwn: string
  readonly files: readonly string[]
  /** It stands below another message. */
  readonly reply: boolean
}

/** Everything else (edits, joins, topics, bots) is no question. Types: docs.slack.dev/reference/events/message. */
const SPOKEN: ReadonlySet<unknown> = new Set([undefined, 'file_share', 'thread_broadcast'])

/** Slack's own assistant, which is no person. */
export const SLACKBOT = 'USLACKBOT'

export function readMessage(event: unknown, self: Self): Incoming | undefined {
  const incoming = readSpoken(event, self)
  return incoming?.address === 'bystander' && !incoming.reply ? undefined : incoming
}

/** A message of a person, whoever it is for. */
export function readSpoken(event: unknown, self: Self): Incoming | undefined {
  if (!SPOKEN.has(fieldOf(event, 'subtype'))) return undefined
  const read = messageSchema.safeParse(event)
  if (!read.success) return undefined
  const said = read.data
  if (said.hidden || said.bot_id) return undefined
  if (said.user === self.user || said.user === SLACKBOT) return undefined
  const address = addressOf(said, self)
  const reply = said.thread_ts !== undefined && said.thread_ts !== said.ts
  const root = said.thread_ts ?? said.ts
  return {
    address,
    // One name for `app_mention` and `message` of the same message: their event ids differ (rule T1).
    id: `slack:${self.team}:${said.channel}:${said.ts}`,
    thread: { platform: 'slack', workspace: self.team, channel: said.channel, root },
    place: {
      channel: said.channel,
      root,
      ts: said.ts,
      user: said.user,
      userTeam: said.user_team || said.source_team || said.team || self.team,
      direct: address === 'direct',
    },
    sentAt: milliseconds(said.ts),
    speaker: said.user,
    mrkdwn: said.text ?? '',
    files: (said.files ?? []).map(({ name }) => name || 'a file'),
    reply,
  }
}

/** Looked at first: Slack tells of every growth of a reply, and a schema takes its time to say what is missing. */
export const fieldOf = (event: unknown, name: string): unknown =>
  typeof event === 'object' && event !== null ? Reflect.get(event, name) : undefined

function addressOf(said: z.infer<typeof messageSchema>, self: Self): Incoming['address'] {
  if (said.type === 'app_mention') return 'mention'
  // Channel ids of direct messages begin with D; some servers leave `channel_type` out.
  if ((said.channel_type ?? (said.channel.startsWith('D') ? 'im' : '')) === 'im') return 'direct'
  return said.text?.includes(`<@${self.user}>`) || said.text?.includes(`<@${self.user}|`)
    ? 'mention'
    : 'bystander'
}

export interface Resolved {
  readonly self: Self
  /** Display names of the speaker and of everyone mentioned. */
  readonly people: ReadonlyMap<string, string>
  /** The thread is ours already: its past is known (rule C1). */
  readonly owned: boolean
}

export function questionOf(incoming: Incoming, { self, people, owned }: Resolved): Question {
  const { id, thread, place, sentAt, speaker, reply } = incoming
  return {
    id,
    thread,
    speaker: { id: speaker, name: people.get(speaker) ?? speaker },
    text: textOf(incoming, { self, people }),
    ...naming(namedIn(incoming.mrkdwn, { self, people })),
    sentAt,
    place,
    hasPast: reply && !owned,
  }
}

/** What it says to the core. */
export function textOf(incoming: Incoming, { self, people }: Omit<Resolved, 'owned'>): string {
  const text = toMarkdown(incoming.mrkdwn, { self: self.user, people })
  const said = [text, ...incoming.files.map((name) => `[attached: ${name}]`)].filter(Boolean).join('\n')
  return said || wordless(incoming.reply)
}

/** Whom it mentions, ourselves aside, by the names that its text gives them. */
export const namedIn = (mrkdwn: string, { self, people }: Omit<Resolved, 'owned'>): readonly Speaker[] =>
  mentionedIn(mrkdwn).flatMap((id) => {
    const name = people.get(id)
    return id === self.user || name === undefined ? [] : [{ id, name }]
  })

/** A mention alone is a question too: below other messages it points at them, at the top it is a greeting. */
const wordless = (reply: boolean): string => (reply ? 'What do you say to the messages above?' : 'Hello.')

/** Slack's `ts` is seconds with a fraction that makes it unique. */
export const milliseconds = (ts: string): number => Math.round(Number(ts) * 1000)
