/** An invitation to rank, in a channel: anybody there may press, and each gets answers in an order of their own. */
import { createHash } from 'node:crypto'
import { BALLOT_FORM } from '#adapters/forms.ts'
import { split } from '#core/delivery/split.ts'
import { SurfaceError } from '#core/delivery/surface.ts'
import type { Invitation } from '#core/feedback/comparison-desk.ts'
import type { DiscordApi } from '../api.ts'
import { PART_LIMIT } from '../contents.ts'
import { surfaceError } from '../fault.ts'
import { toDiscord } from '../markdown.ts'
import { snowflake } from '../message.ts'
import { formId } from './ids.ts'
import { buttons } from './parts.ts'

/** Discord's nonces have 25 characters. */
const NONCE_LENGTH = 25

const measure = (part: string): number => Math.max(part.length, toDiscord(part).length)

/** Posted again within some minutes, it is the same message. @throws SurfaceError */
export async function postInvitation(
  { task, channel, text }: Invitation,
  api: DiscordApi,
  signal: AbortSignal,
): Promise<void> {
  if (!snowflake.safeParse(channel).success) {
    const fix = 'A Discord channel is named by its id: right click on it, Copy Channel ID.'
    throw new SurfaceError({ kind: 'gone' }, `"${channel}" is no id of a channel. ${fix}`)
  }
  const parts = split(text, PART_LIMIT, { measure }).map((part) => toDiscord(part).trim())
  try {
    for (const [at, content] of parts.entries()) {
      const isLast = at === parts.length - 1
      const nonce = createHash('sha256').update(`${task}/${at}`).digest('base64url').slice(0, NONCE_LENGTH)
      const components = [
        buttons({ label: BALLOT_FORM.invited, customId: formId({ is: 'ballot', task }), style: 'main' }),
      ]
      await api.post(channel, { content, nonce, ...(isLast ? { components } : {}) }, signal)
    }
  } catch (error) {
    signal.throwIfAborted()
    throw surfaceError(error)
  }
}
