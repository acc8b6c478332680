/**
 * Two messages of one reply on Slack and on Discord, people and bots who react to them, and what the adapters hand on
 * of it. The platform's final state is kept beside it: it is what votes must come to.
 */
import type { App } from '@slack/bolt'
import { createApi } from '#adapters/discord/api.ts'
import { Heard } from '#adapters/discord/heard.ts'
import { createInbound } from '#adapters/discord/inbound.ts'
import { OwnDeletions } from '#adapters/discord/own-deletions.ts'
import { type EventsDeps, listen } from '#adapters/slack/events.ts'
import type { Reaction } from '#core/feedback/reaction.ts'
import { BOT as DISCORD_BOT, reactionPayload } from '#test/adapters/discord/payloads.ts'
import { RecordingHost } from '#test/adapters/discord/recording-host.ts'
import { quietLog } from '#test/quiet-log.ts'

/** Slack's names of these; Discord has the emoji. */
export const EMOJI = ['👍', '👍🏽', '👎', '👀'] as const
const SLACK_NAMES = ['+1', '+1::skin-tone-4', '-1', 'eyes'] as const
/** By their number. A bot's reactions never count, and neither do ours. */
export const ACTORS = ['alice', 'bob', 'helper, a bot', 'ours'] as const
const MESSAGES = 2

/** What somebody does; what is so already does nothing and is told by no event. */
export type Action =
  | { readonly do: 'toggle'; readonly actor: number; readonly emoji: number; readonly message: number }
  /** Of one emoji, or of all when that is undefined. Only Discord knows it. */
  | { readonly do: 'clear'; readonly emoji: number | undefined; readonly message: number }

export interface Put {
  readonly actor: number
  readonly emoji: string
  /** 1 is the first that was ever put. */
  readonly nth: number
}

export interface History {
  /** One delivery each, in the order in which it happened. */
  readonly deliveries: readonly (() => Promise<void>)[]
  /** What the platform shows in the end, the oldest first. */
  readonly final: readonly Put[]
}

export interface PlatformUnderTest {
  readonly name: 'slack' | 'discord'
  /** As the platform and the ledger know them, in the order of `ACTORS`. */
  readonly ids: readonly string[]
  play(actions: readonly Action[]): History
  /** What the adapter handed on since the last time. */
  heard(): Promise<readonly Reaction[]>
}

class ListeningHost extends RecordingHost {
  #heard: Reaction[] = []

  override async react(reaction: Reaction): Promise<void> {
    this.#heard.push(reaction)
  }

  take(): readonly Reaction[] {
    const heard = this.#heard
    this.#heard = []
    return heard
  }
}

export function slackUnderTest(): PlatformUnderTest {
  const host = new ListeningHost()
  const ids = ['UALICE', 'UBOB', 'UHELPER', 'UPARLEY']
  const app = {
    ...{
      use: () => {},
      action: () => {},
      view: () => {},
      shortcut: () => {},
      command: () => {},
      error: () => {},
    },
  } as unknown as App
  // What else an adapter has is for messages and presses.
  const deps: Partial<EventsDeps> = {
    host,
    self: { team: 'T1', user: 'UPARLEY', bot: 'B1' },
    people: { names: async () => new Map(), isBot: async (id) => id === 'UHELPER' },
    log: quietLog,
  }
  const events = listen(app, deps as EventsDeps)
  const play = (actions: readonly Action[]) =>
    history(actions, (step, nth) => {
      if (step.do === 'clear') return undefined
      const type = step.on ? 'reaction_added' : 'reaction_removed'
      const event = {
        ...{ type, user: ids[step.actor], reaction: SLACK_NAMES[step.emoji], item_user: 'UPARLEY' },
        item: { type: 'message', channel: 'C1', ts: `1700000000.00000${step.message}` },
        event_ts: `1700000100.${String(nth).padStart(6, '0')}`,
      }
      return () => events.take(event)
    })
  return { name: 'slack', ids, play, heard: async () => host.take() }
}

export function discordUnderTest(): PlatformUnderTest {
  const host = new ListeningHost()
  const ids = ['100000000000000010', '100000000000000011', '100000000000000012', DISCORD_BOT]
  let now = 1_700_000_000_000
  const inbound = createInbound({
    host,
    // Discord gives reactions no time: they have that at which they are heard.
    clock: { now: () => (now += 1), sleep: async () => {} },
    api: createApi('none', 'http://127.0.0.1:9'),
    ownDeletions: new OwnDeletions(),
    heard: new Heard(undefined, quietLog),
    directory: {
      known: () => undefined,
      look: async () => undefined,
      self: () => ({ user: DISCORD_BOT, role: undefined }),
      names: { role: () => undefined, channel: () => undefined },
      isBot: async (id) => id === ids[2],
    },
    log: quietLog,
    readsContent: true,
    explain: async () => {},
    forms: { take: () => undefined },
    stopped: new AbortController().signal,
  })
  const play = (actions: readonly Action[]) =>
    history(actions, (step, nth) => {
      // The second half comes in another session, whose numbers begin again.
      const later = nth > actions.length / 2
      const dispatch = {
        ...{ session: later ? 'b' : 'a', since: later ? 1_700_000_000_500 : 1_600_000_000_000 },
        ...{ shard: 0, sequence: later ? nth - Math.floor(actions.length / 2) : nth },
      }
      const { member: _, message_author_id: author, user_id: __, emoji: ___, ...base } = reactionPayload()
      const where = { ...base, message_id: `20000000000000000${step.message}` }
      const emoji = step.emoji === undefined ? {} : { emoji: { id: null, name: EMOJI[step.emoji] } }
      if (step.do === 'clear') return async () => inbound.clearing({ ...where, ...emoji }, dispatch)
      const user = { user_id: ids[step.actor] }
      // Who it was, and whose message it is on, come with an addition only.
      const more = step.on
        ? { message_author_id: author, member: { user: { id: ids[step.actor], bot: step.actor === 2 } } }
        : {}
      const kind = step.on ? 'reaction_added' : 'reaction_removed'
      return async () => inbound.reaction(kind, { ...where, ...emoji, ...user, ...more }, dispatch)
    })
  const heard = async () => {
    await inbound.idle()
    return host.take()
  }
  return { name: 'discord', ids, play, heard }
}

type Step = (Action & { readonly do: 'toggle'; readonly on: boolean }) | (Action & { readonly do: 'clear' })

function history(
  actions: readonly Action[],
  deliver: (step: Step, nth: number) => (() => Promise<void>) | undefined,
): History {
  const deliveries: (() => Promise<void>)[] = []
  const there = new Map<string, Put & { readonly message: number }>()
  actions.forEach((action, index) => {
    const nth = index + 1
    const message = action.message % MESSAGES
    if (action.do === 'clear') {
      const delivery = deliver({ ...action, message }, nth)
      if (delivery === undefined) return
      deliveries.push(delivery)
      for (const [key, put] of there)
        if (put.message === message && (action.emoji === undefined || put.emoji === EMOJI[action.emoji]))
          there.delete(key)
      return
    }
    const key = `${message} ${action.emoji} ${action.actor}`
    const on = !there.has(key)
    const delivery = deliver({ ...action, message, on }, nth)
    if (delivery !== undefined) deliveries.push(delivery)
    if (on) there.set(key, { actor: action.actor, emoji: EMOJI[action.emoji] ?? '', nth, message })
    else there.delete(key)
  })
  return { deliveries, final: [...there.values()].toSorted((a, b) => a.nth - b.nth) }
}
