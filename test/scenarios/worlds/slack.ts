/** Slack as people know it: a mention in a channel begins a thread, and the conversation is in the thread. */
import { z } from 'zod'
import { createSlack } from '#adapters/slack/slack.ts'
import { systemClock } from '#core/clock.ts'
import type { Accounts } from '#core/delivery/accounts.ts'
import type { Control } from '#core/delivery/surface.ts'
import {
  type Block,
  type Sent,
  type SlackPerson,
  type SlackSimulator,
  type SlackSimulatorOptions,
  startSlackSimulator,
} from '#test/platforms/slack/simulator.ts'
import { quietLog } from '#test/quiet-log.ts'
import { RoomyAccounts } from '#test/roomy-accounts.ts'
import type { Conversation, Person, Said, Shown, World } from '#test/scenarios/world.ts'

export interface SlackWorldOptions extends SlackSimulatorOptions {
  /** True: events come over Socket Mode. Default: over HTTP. */
  readonly socket?: boolean
  /** What replies spend together; room for hundreds of messages a second by default. */
  readonly accounts?: () => Accounts
}

export interface SlackWorld extends World {
  /** For what only Slack has. */
  readonly simulator: SlackSimulator
}

/** Real time, generous for a busy machine; scenarios end as soon as they hold. Milliseconds. */
const WITHIN_MS = 20_000

/** What replies spend together comes back this much faster: hundreds of messages a second have room, in place of one. */
const SPENDING_SPEED = 500

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

export async function slackWorld({
  socket = false,
  accounts,
  ...options
}: SlackWorldOptions = {}): Promise<SlackWorld> {
  // Limits have tests of their own: a scenario of two hundred replies would wait for minutes.
  const simulator = await startSlackSimulator({ rateLimits: false, ...options })
  const { botToken, apiUrl, appToken, signingSecret } = simulator
  const clock = options.clock ?? systemClock
  return {
    simulator,
    name: 'slack',
    platform: async () =>
      createSlack(
        { botToken, apiUrl, ...(socket ? { appToken } : { signingSecret }) },
        { log: quietLog, clock, accounts: accounts?.() ?? new RoomyAccounts(clock, SPENDING_SPEED) },
      ),
    listening: (url) => {
      if (!socket) simulator.deliverTo(new URL('/slack/events', url).href)
    },
    person: (name) => personIn(simulator, simulator.person(name), options.agents ?? true),
    close: () => simulator.close(),
  }
}

/** A channel bears one message a second; a workspace of many people has many channels. */
const CHANNELS = 25
const nextChannel = (simulator: SlackSimulator): string =>
  simulator.channel(`room-${simulator.calls.length % CHANNELS}`)

function personIn(simulator: SlackSimulator, person: SlackPerson, sessions: boolean): Person {
  return {
    id: person.id,
    name: person.name,
    ask: async (text) =>
      conversationIn(simulator, await person.mention(nextChannel(simulator), text), sessions),
  }
}

function conversationIn(simulator: SlackSimulator, opening: Sent, sessions: boolean): Conversation {
  const { channel, threadTs } = opening
  const as = (person: Person) => simulator.person(person.name)

  const shown = (): readonly Shown[] => {
    const replies = simulator.thread(channel, threadTs).filter(({ user }) => user === simulator.bot.userId)
    const session = simulator.session(channel, threadTs)
    // A sign that found no room is never lit, so that none is no sign of work.
    const working = (sessions && session.status === 'processing') || session.statusLine !== ''
    return replies.map(({ ts, shown, streaming, metadata }, at) => ({
      id: ts,
      text: shown.replaceAll(INVISIBLE, ''),
      // Where replies are edited, the loader in the thread says that more comes; where there is none, only our mark.
      finished: !streaming && isComplete(metadata) && !(working && at === replies.length - 1),
    }))
  }

  return {
    opening: saidBy(opening, `<@${simulator.bot.userId}> `),
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
    press: async (person, { id }, control) => {
      const message = () => simulator.thread(channel, threadTs).find(({ ts }) => ts === id)
      const isStoppable = () => simulator.session(channel, threadTs).status === 'processing'
      // Slack's own Stop comes with the working sign, and that some moments after a reply was begun.
      if (control === 'stop')
        await simulator
          .until(() => isStoppable() || elementFor(control, message()?.blocks ?? []) !== undefined, WITHIN_MS)
          .catch(() => undefined)
      const shows = message()
      const button = elementFor(control, shows?.blocks ?? [])
      if (button !== undefined) await as(person).click({ channel, ts: id }, button.action, button.value)
      else if (control === 'stop' && isStoppable()) simulator.stopSession(as(person), channel, threadTs)
      else throw new Error(`There is no ${control} to press: ${JSON.stringify(shows)}`)
    },
    edit: async (person, said, text) => {
      const { sent, mention } = behind(said)
      await as(person).edit(sent, `${mention}${text}`)
    },
    remove: async (person, said) => {
      await as(person).delete(behind(said).sent)
    },
  }
}

const elementsSchema = z.array(
  z.union([
    z.object({ type: z.literal('button'), action_id: z.string(), value: z.string() }),
    z.object({
      type: z.literal('feedback_buttons'),
      action_id: z.string(),
      positive_button: z.object({ value: z.string() }),
      negative_button: z.object({ value: z.string() }),
    }),
  ]),
)

/** What to press for this control. */
function elementFor(control: Control, blocks: readonly Block[]) {
  for (const { elements } of blocks) {
    for (const element of elementsSchema.safeParse(elements).data ?? []) {
      const values =
        element.type === 'button' ? [element] : [element.positive_button, element.negative_button]
      const pressed = values.find(({ value }) => value.startsWith(`${control}:`))
      if (pressed !== undefined) return { action: element.action_id, value: pressed.value }
    }
  }
  return undefined
}

const markSchema = z.object({ event_payload: z.object({ complete: z.boolean() }) })

const isComplete = (metadata: unknown): boolean =>
  markSchema.safeParse(metadata).data?.event_payload.complete === true

/** What Slack knows of something that was said. */
const sentAs = new WeakMap<Said, { readonly sent: Sent; readonly mention: string }>()

/** @param mention what stands before the words, and stays there when they are changed. */
function saidBy(sent: Sent, mention = ''): Said {
  const said: Said = {
    redeliver: async (times) => {
      await sent.redeliver(times, { as: 'retry' })
      await sent.redeliver(times, { as: 'replay' })
    },
  }
  sentAs.set(said, { sent, mention })
  return said
}

function behind(said: Said) {
  const found = sentAs.get(said)
  if (found === undefined) throw new Error('This was not said in a conversation of this world.')
  return found
}

function slackName(emoji: string): string {
  const name = EMOJI_NAMES[emoji] ?? emoji.replaceAll(':', '')
  if (/^[\w+'-]+$/.test(name)) return name
  throw new Error(`Slack has a name for ${emoji}, which this world does not know. Add it to EMOJI_NAMES.`)
}
