import { emit, type GatewayEvent, typingEvent } from './events.ts'
import type { Channel, State, User } from './state.ts'

/** A typing sign lasts ten seconds unless it is renewed, or a message of its user ends it. */
const TYPING_LASTS_MS = 10_000

export function startTyping(state: State, channel: Channel, user: User): GatewayEvent | undefined {
  const now = state.clock.now()
  const shown = current(state, channel, user, now)
  if (shown === undefined) {
    state.typing.push({ channelId: channel.id, userId: user.id, from: now, until: now + TYPING_LASTS_MS })
  } else shown.until = now + TYPING_LASTS_MS
  return emit(state, typingEvent(state, channel, user))
}

export function endTyping(state: State, channel: Channel, user: User): void {
  const now = state.clock.now()
  const shown = current(state, channel, user, now)
  if (shown !== undefined) shown.until = now
}

const current = (state: State, channel: Channel, user: User, now: number) =>
  state.typing.find((sign) => sign.channelId === channel.id && sign.userId === user.id && sign.until > now)
