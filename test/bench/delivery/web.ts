import { createSurface } from '#adapters/web/surface.ts'
import type { Said } from '#adapters/web/workspace/replies.ts'
import type { OpenPlatform } from './platform.ts'

/** A write to the store of this machine; the reader sees it half a round trip later. */
export const STORE_MS = 3

/** The real surface over a store that takes a moment. Nobody counts; the surface has a pace of its own. */
export const openWeb: OpenPlatform = ({ clock, roundTrip }) => {
  const tally = { writes: 0, refused: 0 }
  let ids = 0
  const write = async () => {
    await clock.sleep(STORE_MS)
    tally.writes += 1
    ids += 1
    return `m${ids}`
  }
  const replies = {
    append: write,
    write: async (_id: string, _said: Said) => void (await write()),
    remove: async () => {},
    keepEarlier: async () => undefined,
    orphans: async () => [],
    working: () => {},
    spoke: () => {},
    workingOn: () => null,
    isUnderWay: async () => false,
  }
  return {
    tally,
    onItsWay: (at) => roundTrip(at) / 2,
    open: (nth) => {
      const place = { channel: 'c', thread: `t${nth}`, question: `q${nth}` }
      return createSurface({ replies, clock }, place, [], `reply-${nth}`)
    },
  }
}
