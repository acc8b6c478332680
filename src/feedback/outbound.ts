import { Deidentifier, type KnownPerson } from '#core/safety/deidentify/deidentify.ts'
import type { FeedbackEvent } from './event.ts'

/** A platform's id within a name: `party:123456789012345678` is an emoji of somebody's server. */
const CUSTOM_EMOJI = /^(a?:?[^:]+):(\d{6,})$/

/**
 * An event as it may leave (rule S4): places and custom emoji by names of ours, and what people wrote in their own
 * words without what tells who they are. Events of one place still belong together.
 *
 * @param nameOf the same for the same name, and of no use outside.
 * @param people whose names may be in what somebody wrote: those of the event's thread.
 */
export function outbound(
  event: FeedbackEvent,
  nameOf: (name: string) => string,
  people: readonly KnownPerson[],
): FeedbackEvent {
  const thread = nameOf(event.thread)
  switch (event.kind) {
    case 'reaction_added':
    case 'reaction_removed':
    case 'reactions_cleared': {
      const { message, value } = event
      return {
        ...event,
        thread,
        ...(message === undefined ? {} : { message: nameOf(message) }),
        ...(value === undefined ? {} : { value: emojiOf(value, nameOf) }),
      }
    }
    case 'reason':
      return { ...event, thread, text: new Deidentifier(people).text(event.text) }
    case 'vote':
    case 'correction':
      return { ...event, thread }
  }
}

function emojiOf(value: string, nameOf: (name: string) => string): string {
  const [, name, id] = CUSTOM_EMOJI.exec(value) ?? []
  return name === undefined || id === undefined ? value : `${name}:${nameOf(id)}`
}
