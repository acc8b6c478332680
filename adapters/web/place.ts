import type { Json } from '#core/dialogue/question.ts'
import type { MessageRef, ThreadRef } from '#core/thread.ts'

/** What a surface needs to find its thread again, also after a restart. */
export type Place = { readonly channel: string; readonly thread: string; readonly question: string }

/** The workspace of every web thread; there is one on each Parley. */
export const WORKSPACE = 'web'

export const threadOf = (channel: string, root: string): ThreadRef => ({
  ...{ platform: 'web', workspace: WORKSPACE, channel, root },
})

export const refer = (channel: string, message: string): MessageRef => ({
  ...{ platform: 'web', workspace: WORKSPACE, channel, message },
})

export const placeOf = (place: Place): Json => ({ ...place })

/** @throws Error when the place was not made by `placeOf`: a bug of ours. */
export function readPlace(value: unknown): Place {
  if (
    typeof value === 'object' &&
    value !== null &&
    'channel' in value &&
    'thread' in value &&
    'question' in value
  ) {
    const { channel, thread, question } = value
    if (typeof channel === 'string' && typeof thread === 'string' && typeof question === 'string') {
      return { channel, thread, question }
    }
  }
  throw new Error(`web: not a place of this platform: ${JSON.stringify(value)}`)
}
