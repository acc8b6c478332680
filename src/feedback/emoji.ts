/**
 * Which emoji are the same, and what they mean (rule F2): skin tones, variation selectors, gender and short names
 * are folded away; what nobody gave a meaning means nothing.
 */
import { EMOJI_BY_NAME } from './emoji-names.ts'
import type { Polarity, PolarityOf } from './fold.ts'

/** Emoji, in any spelling: itself, a short name (`tada`), or a Discord custom emoji (`name:id` or its id). */
export interface EmojiMeaning {
  readonly good?: readonly string[]
  readonly bad?: readonly string[]
  /** Takes a meaning away that an emoji has otherwise. */
  readonly neutral?: readonly string[]
}

/** Discord's ids have 17 digits and more. */
const CUSTOM = /^<?a?:?(?:[^:\s]+:)?(\d{17,20})>?$/
const SHORT_NAME = /^:?([\x21-\x7e]+?)(?:::skin-tone-[\d-]+)?:?$/
const VARIATION_SELECTOR = /\uFE0F/gu
const SKIN_TONE = /[\u{1F3FB}-\u{1F3FF}]/gu
const GENDER = /\u200D[\u2640\u2642]/gu

/**
 * One text for all spellings of an emoji: the bare emoji, `slack:<name>` for a name that is none of Unicode's, or
 * `discord:<id>`.
 *
 * @example emojiKey('thumbsup::skin-tone-3') // '👍', as for '+1' and '👍🏽'
 */
export function emojiKey(value: string): string {
  const custom = CUSTOM.exec(value)?.[1]
  if (custom !== undefined) return `discord:${custom}`
  const name = SHORT_NAME.exec(value)?.[1]
  if (name !== undefined) return EMOJI_BY_NAME.get(name) ?? `slack:${name}`
  return value.normalize('NFC').replace(VARIATION_SELECTOR, '').replace(SKIN_TONE, '').replace(GENDER, '')
}

/**
 * Tells the reactions on one message apart: there, two skin tones of an emoji are two reactions. A custom emoji that
 * was renamed or deleted in between is the same one.
 */
export const reactionKey = (value: string): string =>
  CUSTOM.exec(value)?.[1] ?? value.normalize('NFC').replace(VARIATION_SELECTOR, '')

/**
 * What reactions mean. A workspace's own meanings go before those of all.
 *
 * @param layers for everybody, the later ones first in importance.
 * @param workspaces by the platform's id of the workspace.
 */
export function polarityFrom(
  layers: readonly EmojiMeaning[],
  workspaces: Readonly<Record<string, EmojiMeaning>> = {},
): PolarityOf {
  const everywhere = meaningsOf(layers)
  const keyOf = remembered(emojiKey)
  const within = new Map(Object.entries(workspaces).map(([id, own]) => [id, meaningsOf([own])] as const))
  return ({ thread, value }) => {
    const key = keyOf(value)
    const own = within.size === 0 ? undefined : within.get(workspaceOf(thread))?.get(key)
    return own ?? everywhere.get(key) ?? 0
  }
}

/** People use the same few emoji over and over. */
function remembered(read: (value: string) => string): (value: string) => string {
  const known = new Map<string, string>()
  return (value) => {
    const before = known.get(value)
    if (before !== undefined) return before
    if (known.size >= MOST_REMEMBERED) known.clear()
    const now = read(value)
    known.set(value, now)
    return now
  }
}

/** More kinds of emoji than a workspace uses, and little memory. */
const MOST_REMEMBERED = 1_000

const meaningsOf = (layers: readonly EmojiMeaning[]): ReadonlyMap<string, Polarity> =>
  new Map(
    layers.flatMap(({ good = [], bad = [], neutral = [] }) => [
      ...good.map((emoji) => [emojiKey(emoji), 1] as const),
      ...bad.map((emoji) => [emojiKey(emoji), -1] as const),
      ...neutral.map((emoji) => [emojiKey(emoji), 0] as const),
    ]),
  )

/** The second part of `threadKey`. */
const workspaceOf = (thread: string): string => decodeURIComponent(thread.split(':')[1] ?? '')
