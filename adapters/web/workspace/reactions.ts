import type { PersonView, ReactionView } from '../protocol.ts'

/** Different emoji on one message. */
const EMOJI_LIMIT = 24
/** People on one emoji. */
const PEOPLE_LIMIT = 500

export type Toggled = { readonly reactions: readonly ReactionView[]; readonly changed: boolean } | 'full'

/** The reactions after `person` put `emoji` on or took it off; `changed` is false when that was so already. */
export function toggled(
  reactions: readonly ReactionView[],
  { person, emoji, on }: { readonly person: PersonView; readonly emoji: string; readonly on: boolean },
): Toggled {
  const found = reactions.find((each) => each.emoji === emoji)
  const people = found?.people ?? []
  if (people.some(({ id }) => id === person.id) === on) return { reactions, changed: false }
  if (on && ((found === undefined && reactions.length >= EMOJI_LIMIT) || people.length >= PEOPLE_LIMIT))
    return 'full'
  const after = {
    emoji,
    people: on
      ? [...people, { id: person.id, name: person.name }]
      : people.filter(({ id }) => id !== person.id),
  }
  const all =
    found === undefined ? [...reactions, after] : reactions.map((each) => (each === found ? after : each))
  return { reactions: all.filter((each) => each.people.length > 0), changed: true }
}
