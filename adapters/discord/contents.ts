import { closed, heal } from '#core/delivery/markdown/heal.ts'
import { split } from '#core/delivery/split.ts'
import type { Control, PartLimit, ReplyView } from '#core/delivery/surface.ts'
import { toDiscord } from './markdown.ts'

/** Follows the newest text while more is to come; a reader sees at a glance that the reply is not whole yet. */
export const WRITING_SIGN = ' ▌'

/** Discord takes 2000 UTF-16 code units a message. */
const MESSAGE_SIZE = 2000

export const PART_LIMIT: PartLimit = { unit: 'utf16', size: MESSAGE_SIZE - WRITING_SIGN.length }

/** What one message of a reply is to look like. */
export interface Face {
  readonly content: string
  /** What can be pressed below it. Undefined leaves what is there, and puts nothing below a new message. */
  readonly controls: readonly Control[] | undefined
}

/**
 * The messages of a reply, as Discord takes them; half a word in bold looks whole. A part that holds nothing visible yet is left out: Discord takes no empty message.
 * Discord trims both ends, so the texts are trimmed before they are sent and compared.
 *
 * @param most the longest part that Discord takes. Longer ones are cut once more.
 */
export function facesOf(
  { parts, finished, followed = false, controls }: ReplyView,
  most: PartLimit,
): readonly Face[] {
  const cut = parts.flatMap((part) => (measure(part) > most.size ? split(part, most, { measure }) : [part]))
  const texts = cut
    .map((part, index) => (index < cut.length - 1 || followed ? part : finished ? closed(part) : heal(part)))
    .map((part) => toDiscord(part).trim())
    .filter((text) => text !== '')
  return texts.map((text, index) =>
    index < texts.length - 1 || followed
      ? { content: text, controls: [] }
      : { content: finished ? text : signed(text), controls },
  )
}

/**
 * The same messages as they are written first, while some are missing: from the newest message shown on, all but the
 * last keep the sign, so that no reader takes half of a reply for the whole, and buttons stay where they are.
 *
 * @param shown how many messages show the reply now.
 */
export const onTheWayTo = (faces: readonly Face[], shown: number): readonly Face[] =>
  faces.length <= shown
    ? faces
    : faces.map((face, index) =>
        index >= shown - 1 && index < faces.length - 1
          ? { content: signed(face.content), controls: undefined }
          : face,
      )

const measure = (part: string): number => Math.max(part.length, toDiscord(part).length)

const signed = (text: string): string => `${text}${WRITING_SIGN}`
