/**
 * What a trainer typed, as the turns of a demonstration. Pure (rule F4): where each turn comes from is decided here, by
 * comparing what stands there with what the model had suggested, and never told by the page.
 */
import type { Dialogue, Script, TakenSuggestion, TypedTurn } from '../console-desk.ts'
import type { Demonstration, DemonstrationMessage } from '../demonstrations.ts'
import { editDistance } from '../edit-distance.ts'
import type { Suggestion } from './suggestions.ts'

/** @param known suggestions of this trainer, by id. */
export function messagesOf(
  { system, turns }: Script,
  known: ReadonlyMap<string, Suggestion>,
): readonly DemonstrationMessage[] {
  const said = turns.map((turn) => messageOf(turn, known))
  return system.trim() === '' ? said : [{ role: 'system', content: system, origin: 'human' }, ...said]
}

function messageOf(
  { side, text, suggestion }: TypedTurn,
  known: ReadonlyMap<string, Suggestion>,
): DemonstrationMessage {
  // What was suggested and then taken out again leaves nothing of it.
  if (suggestion === undefined || text.trim() === '') return { role: side, content: text, origin: 'human' }
  const { text: suggested, ...made } = taken(suggestion, known.get(suggestion.id))
  const distance = editDistance(suggested, text)
  return {
    ...{ role: side, content: text },
    origin: distance === 0 ? 'suggested_accepted' : 'suggested_edited',
    ...{ suggestion: suggested, ...made, editDistance: distance },
  }
}

/**
 * A person may take what has come so far: the beginning of what was recorded. Of what was never recorded, because the
 * process died while it was being written, the page alone knows the words.
 */
function taken({ text, model }: TakenSuggestion, recorded: Suggestion | undefined) {
  if (recorded === undefined) return { text, suggestionModel: model }
  const read = text !== '' && recorded.text.startsWith(text) ? text : recorded.text
  return { text: read, suggestionModel: recorded.model, suggestionId: recorded.id }
}

/** The other way round: as the page shows it. */
export function scriptOf({ messages }: Demonstration): Script {
  const system = messages.filter(({ role }) => role === 'system').map(({ content }) => content)
  const turns = messages.flatMap(({ role, content, ...made }): readonly TypedTurn[] =>
    role === 'system' ? [] : [{ side: role, text: content, ...takenFrom(made) }],
  )
  return { system: system.join('\n\n'), turns }
}

function takenFrom({
  suggestion,
  suggestionId,
  suggestionModel,
}: Partial<DemonstrationMessage>): Pick<TypedTurn, 'suggestion'> {
  if (suggestion === undefined) return {}
  return { suggestion: { id: suggestionId ?? '', text: suggestion, model: suggestionModel ?? '' } }
}

/** Nothing is written in it. */
export const isBlank = ({ system, turns }: Script): boolean =>
  system.trim() === '' && turns.every(({ text }) => text.trim() === '')

/** As the one who asks may see it. */
export function dialogueOf(record: Demonstration, trainer: string): Dialogue {
  const { id, status, changedAt, at, review, revision = 0 } = record
  return {
    ...{ id, revision, status, mine: record.trainer === trainer, changedAt: changedAt ?? at },
    ...(review?.note === undefined || status === 'reviewed' ? {} : { note: review.note }),
    isVersion: record.versionOf !== undefined,
    ...scriptOf(record),
  }
}
