import type { PartLimit, ReplyView } from '#core/delivery/surface.ts'

/** Follows the newest text while more is to come; a reader sees at a glance that the reply is not whole yet. */
export const WRITING_SIGN = ' ▌'

/** Discord takes 2000 UTF-16 code units a message. */
const MESSAGE_SIZE = 2000

export const PART_LIMIT: PartLimit = { unit: 'utf16', size: MESSAGE_SIZE - WRITING_SIGN.length }

/**
 * What each message of a reply says. A part that holds nothing visible yet is left out: Discord takes no empty
 * message. Discord trims both ends, so the texts are trimmed before they are sent and compared.
 */
export function contentsOf({ parts, finished }: ReplyView): readonly string[] {
  const texts = parts.map((part) => part.trim()).filter((text) => text !== '')
  return texts.map((text, index) => (!finished && index === texts.length - 1 ? signed(text) : text))
}

/**
 * The same contents as they are written first, while messages are still missing: from the newest message shown on,
 * all but the last keep the sign, so that no reader takes half of a reply for the whole.
 *
 * @param shown how many messages show the reply now.
 */
export const onTheWayTo = (contents: readonly string[], shown: number): readonly string[] =>
  contents.length <= shown
    ? contents
    : contents.map((text, index) => (index >= shown - 1 && index < contents.length - 1 ? signed(text) : text))

const signed = (text: string): string => `${text}${WRITING_SIGN}`
