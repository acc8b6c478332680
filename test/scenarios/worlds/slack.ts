/** Slack as people know it: a mention in #general begins a thread, and the conversation is in the thread. */
import { z } from 'zod'
import { createSlack } from '#adapters/slack/slack.ts'
import { systemClock } from '#core/clock.ts'
import {
  type Sent,
  type SlackPerson,
  type SlackSimulator,
  type SlackSimulatorOptions,
  startSlackSimulator,
} from '#test/platforms/slack/simulator.ts'
import { quietLog } from '#test/quiet-log.ts'
import type { Conversation, Person, Said, Shown, World } from '#test/scenarios/world.ts'

export interface SlackWorldOptions extends SlackSimulatorOptions {
  /** True: events come over Socket Mode. Default: over HTTP. */
  readonly socket?: boolean
}

/** Real time, generous for a busy machine; scenarios end as soon as they hold. Milliseconds. */
const WITHIN_MS = 10_000

/** What the adapter puts into pings to break them. A reader does not see it. */
const INVISIBLE = '\u2060'

/** Slack names emoji; people and other platforms show them. */
const EMOJI_NAMES: Readonly<Record<string, string>> = {
  '👍': '+1',
  '👎': '-1',
  '❤️': 'heart',
  '🎉': 'tada',
  '👀': 'eyes',
  '😕': 'confused',
  '🚀': 'rocket',
  '✅': 'white_check_mark',
  '❌': 'x',
}

export async function slackWorld({ socket = false, ...options }: SlackWorldOptions = {}): Promise<World> {
  // Limits have tests of their own: a scenario of two hundred replies would wait for minutes.
  const simulator = await startSlackSimulator({ rateLimits: false, ...options })
  const { botToken, apiUrl, appToken, signingSecret } = simulator
  return {
    name: 'slack',
    platform: async () =>
      createSlack(
        { botToken, apiUrl, ...(socket ? { appToken } : { signingSecret }) },
        { log: quietLog, clock: systemClock },
      ),
    listening: (url) => {
      if (!socket) simulator.deliverTo(new URL('/slack/events', url).href)
    },
    person: (name) => personIn(simulator, simulator.person(name)),
    close: () => simulator.close(),
  }
}

function personIn(simulator: SlackSimulator, person: SlackPerson): Person {
  return {
    id: person.id,
    name: person.name,
    ask: async (text) => conversationIn(simulator, await person.mention(simulator.channel('general'), text)),
  }
}

function conversationIn(simulator: SlackSimulator, opening: Sent): Conversation {
  const { channel, threadTs } = opening
  const as = (person: Person) => simulator.person(person.name)

  const shown = (): readonly Shown[] => {
    const replies = simulator.thread(channel, threadTs).filter(({ user }) => user === simulator.bot.userId)
    const session = simulator.session(channel, threadTs)
    const working = session.status === 'processing' || session.statusLine !== ''
    return replies.map(({ ts, text, streaming, metadata }, at) => ({
      id: ts,
      text: text.replaceAll(INVISIBLE, ''),
      // Where replies are edited, the loader in the thread says that more comes; where there is none, only our mark.
      finished: !streaming && isComplete(metadata) && !(working && at === replies.length - 1),
    }))
  }

  return {
    opening: saidBy(opening),
    say: async (person, text) => saidBy(await as(person).post(channel, text, { threadTs })),
    shown: async () => shown(),
    until: async (done, withinMs = WITHIN_MS) => {
      try {
        await simulator.until(() => done(shown()), withinMs)
      } catch (cause) {
        throw new Error(`Not within ${withinMs} ms; shown was ${JSON.stringify(shown())}`, { cause })
      }
      return shown()
    },
    react: async (person, { id }, emoji) => {
      await as(person).react(channel, id, slackName(emoji))
    },
    unreact: async (person, { id }, emoji) => {
      await as(person).unreact(channel, id, slackName(emoji))
    },
  }
}

const markSchema = z.object({ event_payload: z.object({ complete: z.boolean() }) })

const isComplete = (metadata: unknown): boolean =>
  markSchema.safeParse(metadata).data?.event_payload.complete === true

const saidBy = (sent: Sent): Said => ({
  redeliver: async (times) => {
    await sent.redeliver(times, { as: 'retry' })
    await sent.redeliver(times, { as: 'replay' })
  },
})

function slackName(emoji: string): string {
  const name = EMOJI_NAMES[emoji] ?? emoji.replaceAll(':', '')
  if (/^[\w+'-]+$/.test(name)) return name
  throw new Error(`Slack has a name for ${emoji}, which this world does not know. Add it to EMOJI_NAMES.`)
}
