/** From something that happened to the envelope the app gets of it, if it subscribed and may see it. */
import type { Repeatable } from './contract.ts'
import type { Deliveries, Outgoing } from './deliveries.ts'
import type { Json } from './json.ts'
import { BOT, type Channel, TEAM, type Workspace } from './workspace.ts'

/** What the manifest of Parley's own app subscribes to. */
export const BOT_EVENTS: readonly string[] = [
  'app_mention',
  'message.channels',
  'message.groups',
  'message.im',
  'message.mpim',
  'reaction_added',
  'reaction_removed',
  'app_home_opened',
  'app_context_changed',
  'agent_session_stopped',
  'agent_session_title_changed',
  'app_uninstalled',
  'tokens_revoked',
]

const MESSAGE_EVENT = {
  channel: 'message.channels',
  group: 'message.groups',
  im: 'message.im',
  mpim: 'message.mpim',
} as const

const NOTHING: Repeatable = { redeliver: async () => {} }

export class Events {
  readonly #workspace: Workspace
  readonly #deliveries: Deliveries
  readonly #subscribed: ReadonlySet<string>

  constructor(deps: { workspace: Workspace; deliveries: Deliveries; botEvents: readonly string[] }) {
    this.#workspace = deps.workspace
    this.#deliveries = deps.deliveries
    this.#subscribed = new Set(deps.botEvents)
  }

  subscribes(event: string): boolean {
    return this.#subscribed.has(event)
  }

  /** Send `event` on its way. The app hears nothing of channels it is not in. */
  publish(event: Json & { readonly type: string }, channel?: Channel): Repeatable {
    const name = event.type === 'message' && channel !== undefined ? MESSAGE_EVENT[channel.kind] : event.type
    if (!this.subscribes(name)) return NOTHING
    if (channel !== undefined && !channel.members.has(BOT.userId)) return NOTHING
    const eventId = this.#workspace.nextId('Ev')
    const outgoing: Outgoing = {
      kind: 'event',
      type: event.type,
      eventId,
      payload: envelope(event, eventId),
    }
    const first = this.#deliveries.event(outgoing)
    return {
      redeliver: async (times, { as = 'retry' } = {}) => {
        await first
        for (let number = 1; number <= times; number += 1) {
          const retry = as === 'retry' ? { number, reason: 'http_timeout' } : undefined
          await this.#deliveries.once(outgoing, retry)
        }
      },
    }
  }
}

function envelope(event: Json & { readonly type: string }, eventId: string): Json {
  const foreign = typeof event.user_team === 'string'
  return {
    token: 'a-verification-token-nobody-reads',
    team_id: TEAM.id,
    context_team_id: TEAM.id,
    context_enterprise_id: null,
    api_app_id: BOT.appId,
    event,
    type: 'event_callback',
    event_id: eventId,
    event_time: Math.trunc(Number(event.event_ts ?? 0)),
    authorizations: [
      {
        enterprise_id: null,
        team_id: TEAM.id,
        user_id: BOT.userId,
        is_bot: true,
        is_enterprise_install: false,
      },
    ],
    is_ext_shared_channel: foreign,
    event_context: `4-${eventId}`,
  }
}
