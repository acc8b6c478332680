import type { Clock } from '#core/clock.ts'

const DISCORD_EPOCH_MS = 1_420_070_400_000
/** discord.js keys its buckets with ids of 17 to 19 digits; younger ids would be shorter. */
const EARLIEST_MS = DISCORD_EPOCH_MS + 2_400_000_000

/** Ids that carry their time in the upper bits and never repeat. */
export function createSnowflakes(clock: Clock): () => string {
  let last = 0n
  return () => {
    const age = Math.max(Math.floor(clock.now()), EARLIEST_MS) - DISCORD_EPOCH_MS
    const id = BigInt(age) << 22n
    last = id > last ? id : last + 1n
    return String(last)
  }
}

export const isNewer = (id: string, than: string): boolean => BigInt(id) > BigInt(than)
