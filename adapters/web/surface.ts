import { type ReplySurface, SurfaceError } from '#core/delivery/surface.ts'
import { reasonOf } from '#core/errors.ts'
import { type Place, WORKSPACE } from './place.ts'
import type { Replies } from './workspace/replies.ts'

/** UTF-16 code units of one message: whole answers of today's models fit, so the web never splits one. */
const PART_SIZE = 200_000
/** Milliseconds: an event costs next to nothing, and faster than this the eye sees no difference. */
const CADENCE_MS = 80

/** One reply in the web workspace. Its messages are the platform's own; `show` makes them equal to the parts. */
export function createSurface(replies: Replies, place: Place, shown: readonly string[]): ReplySurface {
  let ids = [...shown]
  /** What an earlier process showed of this reply without living to tell; looked for once, before the first write. */
  let adopted = shown.length > 0

  const write = async (parts: readonly string[], finished: boolean, signal: AbortSignal): Promise<void> => {
    if (!adopted) {
      ids = [...(await replies.orphans(place.thread, place.question))]
      adopted = true
    }
    for (const [index, text] of parts.entries()) {
      signal.throwIfAborted()
      const id = ids[index]
      // Only the last part still grows.
      const done = finished || index < parts.length - 1
      if (id === undefined) ids.push(await replies.append(place.thread, place.question, text, done))
      else await replies.write(id, text, done)
    }
    for (const extra of ids.slice(parts.length)) await replies.remove(extra)
    ids = ids.slice(0, parts.length)
  }

  return {
    limit: { unit: 'utf16', size: PART_SIZE },
    cadenceMs: CADENCE_MS,

    async working(signal) {
      replies.working(place.thread, signal)
    },

    async show(view, signal) {
      signal.throwIfAborted()
      if (view.finished || view.parts.some((text) => text !== '')) replies.spoke(place.thread)
      try {
        await write(view.parts, view.finished, signal)
      } catch (thrown) {
        if (thrown instanceof SurfaceError || signal.aborted) throw thrown
        throw new SurfaceError(
          { kind: 'unavailable' },
          `web: the store did not take it: ${reasonOf(thrown)}`,
          thrown,
        )
      }
      return [...ids]
    },

    refer: (message) => ({ platform: 'web', workspace: WORKSPACE, channel: place.channel, message }),
  }
}
