/**
 * What a person wrote and could not be recorded is given back: in a message that only they see, with a button that
 * opens the form again. What stands in the message is what the form is filled with then, so nothing of it has to be
 * remembered here, and it survives a restart. Pure.
 */
import { z } from 'zod'
import type { Shown } from './api.ts'
import type { PressedMessage } from './heard.ts'
import { type ButtonLook, buttons, fileNamed, MOST_TEXT, text } from './parts.ts'

/** Names the text that a person wrote among the parts of a message. */
const KEPT_ID = 7_001
/** What stands above the text has room, too. */
const LONGEST_SHOWN = MOST_TEXT - 500
const FILE_NAME = 'what-you-wrote.md'

/** @param wrote may be nothing. @param again opens the form. */
export function givenBack(say: string, wrote: string, again: ButtonLook): Shown {
  if (wrote.trim() === '') return { components: [text(say), buttons(again)] }
  if (wrote.length <= LONGEST_SHOWN) return { components: [text(say), keptText(wrote), buttons(again)] }
  return {
    components: [text(say), fileNamed(FILE_NAME), buttons(again)],
    files: [{ name: FILE_NAME, data: Buffer.from(wrote), contentType: 'text/markdown' }],
  }
}

/** As a part of a message. */
export const keptText = (wrote: string): unknown => text(wrote, KEPT_ID)

const kept = z.object({ id: z.literal(KEPT_ID), content: z.string() })

/** What the person wrote, where the message that was pressed gave it back as text. */
export function keptIn(message: PressedMessage | undefined): string | undefined {
  const found = message?.components.flatMap((part) => kept.safeParse(part).data ?? [])
  return found?.[0]?.content
}
