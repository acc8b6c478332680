import type { PastMessage } from '#core/dialogue/question.ts'
import { naming } from '#core/thread.ts'
import type { DiscordApi } from './api.ts'
import { CODE, codeOf } from './fault.ts'
import { type HeardMessage, readMessage } from './message.ts'
import type { Place } from './place.ts'
import { questionId } from './question.ts'
import { type Names, namedIn, type Self, textOf } from './text.ts'

/** Discord's largest page. One page is what a reader would scroll back, too. */
const PAST_LIMIT = 100

/**
 * What was said before the question, oldest first (rule C1). Other bots are named like people: what they post is
 * often what the question is about.
 *
 * @throws what discord.js throws
 */
export async function pastOf(
  place: Place,
  read: { readonly api: DiscordApi; readonly self: Self; readonly names: Names },
  signal: AbortSignal,
): Promise<readonly PastMessage[]> {
  const raw = await fetchPast(place, read.api, signal)
  return raw
    .flatMap((each) => readMessage(each) ?? [])
    .flatMap((message) => message.starter ?? message)
    .flatMap((message) => pastMessage(message, read.self, read.names) ?? [])
    .sort((one, other) => one.sentAt - other.sentAt)
}

async function fetchPast(place: Place, api: DiscordApi, signal: AbortSignal): Promise<readonly unknown[]> {
  switch (place.to) {
    case 'channel':
      return (await api.history(place.channel, place.message, PAST_LIMIT, signal)).toReversed()
    case 'new thread':
    case 'reply':
      return place.about === null ? [] : await repliedTo(place.channel, place.about, api, signal)
  }
}

/** The one message that a mention in a channel replies to. It may be gone by now. */
async function repliedTo(
  channel: string,
  about: string,
  api: DiscordApi,
  signal: AbortSignal,
): Promise<readonly unknown[]> {
  try {
    return [await api.message(channel, about, signal)]
  } catch (error) {
    if (codeOf(error) === CODE.unknownMessage) return []
    throw error
  }
}

function pastMessage(message: HeardMessage, self: Self, names: Names): PastMessage | undefined {
  const text = textOf(message, self, names)
  if (!message.spoken || text === '') return undefined
  const { id, name } = message.author
  return {
    id: questionId(message.channel, message.id),
    speaker: { id, name },
    own: id === self.user,
    text,
    ...naming(namedIn(message, self)),
    sentAt: message.sentAt,
  }
}
