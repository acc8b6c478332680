/**
 * What emoji mean when nobody says otherwise (rule F2). Whatever is not here means nothing: eyes, laughter and
 * thinking are not votes. `parley.yaml` adds to it, for all and for each workspace.
 */

/** Emoji, in any spelling: itself, a short name (`tada`), or a Discord custom emoji (`name:id`). */
export interface EmojiMeaning {
  readonly good?: readonly string[]
  readonly bad?: readonly string[]
  /** Takes a meaning away that an emoji has otherwise. */
  readonly neutral?: readonly string[]
}

export const DEFAULT_EMOJI: EmojiMeaning = {
  good: ['👍', '❤️', '🎉', '✅', '💯', '🙏', '🔥', '⭐', '👏', '🙌', '😍'],
  bad: ['👎', '❌', '😡', '🤮', '💩', '🚫', '😕'],
}
