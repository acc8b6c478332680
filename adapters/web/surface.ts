import type { Clock } from '#core/clock.ts'
import { Account } from '#core/delivery/account.ts'
import type { Limit } from '#core/delivery/budget.ts'
import { heal } from '#core/delivery/markdown/heal.ts'
import { type ReplySurface, type ReplyView, SurfaceError } from '#core/delivery/surface.ts'
import { reasonOf } from '#core/errors.ts'
import { type Place, WORKSPACE } from './place.ts'
import type { Replies } from './workspace/replies.ts'

/** UTF-16 code units of one message: whole answers of today's models fit, so the web never splits one. */
const PART_SIZE = 200_000
/** Nobody counts writes here, and an event costs next to nothing; faster than this the eye sees no difference. */
const EYE: Limit = { writes: Number.POSITIVE_INFINITY, windowMs: 1_000, reserve: 0, leastGapMs: 80 }

export interface SurfaceDeps {
  readonly replies: Replies
  readonly clock: Clock
}

/** One reply in the web workspace. Its messages are the platform's own; `show` makes them equal to the parts. */
export function createSurface(
  { replies, clock }: SurfaceDeps,
  place: Place,
  shown: readonly string[],
  reply: string,
): ReplySurface {
  const begun = clock.now()
  let ids = [...shown]
  /** What was there before the first write is known: it is looked at once. */
  let prepared = false
  /** How many answers this one replaced in its first message. */
  let earlier: number | undefined

  const prepare = async (): Promise<void> => {
    // What an earlier process showed of this reply without living to tell.
    if (ids.length === 0) ids = [...(await replies.orphans(place.thread, place.question))]
    else earlier = await replies.keepEarlier(place.thread, ids, reply)
    prepared = true
  }

  const write = async (view: ReplyView, signal: AbortSignal): Promise<void> => {
    const { finished, controls } = view
    const parts = seen(view)
    // A sign goes for words, not for a mark that may become some.
    if (!finished && parts.every((text) => text === '')) return
    replies.spoke(place.thread)
    if (!prepared) await prepare()
    for (const [index, text] of parts.entries()) {
      signal.throwIfAborted()
      const id = ids[index]
      const isLast = index === parts.length - 1
      const said = {
        ...{ reply, begun, text },
        // Only the last part still grows, and only below it there is something to press.
        finished: finished || !isLast,
        controls: isLast ? controls : [],
        ...(index === 0 && earlier !== undefined ? { earlier } : {}),
      }
      if (id === undefined) ids.push(await replies.append(place.thread, place.question, said))
      else await replies.write(id, said)
    }
    for (const extra of ids.slice(parts.length)) await replies.remove(extra)
    ids = ids.slice(0, parts.length)
  }

  return {
    limit: { unit: 'utf16', size: PART_SIZE },
    // Nothing is shared, so every reply has one of its own.
    account: new Account(EYE, clock),

    async working(signal) {
      replies.working(place.thread, reply, signal)
    },

    async show(view, signal) {
      signal.throwIfAborted()
      try {
        await write(view, signal)
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

/** What grows is shown without half a mark: no stars of a bold that is not there yet. What is said last stays as it is. */
function seen({ parts, finished }: ReplyView): readonly string[] {
  const last = parts.at(-1)
  return finished || last === undefined ? parts : [...parts.slice(0, -1), heal(last)]
}
