/** What goes wrong besides kills: on the platforms, at the model, and inside Parley's processes. */
import { setTimeout as pause } from 'node:timers/promises'
import type { Draw } from '#core/feedback/seeded-draw.ts'
import type { ChaosModel } from './model.ts'
import type { Replica } from './replica.ts'
import type { Fault } from './room.ts'

/**
 * More than three leases. What was said while nobody listened is looked for on Discord from a minute before the last
 * word heard, by our own clock, and Slack's signatures are refused beyond five minutes.
 */
const LONGEST_JUMP_MS = 50_000

export function innerFaults(replicas: readonly Replica[], model: ChaosModel): readonly Fault[] {
  const one = (draw: Draw) => replicas[draw(replicas.length)]
  return [
    { name: 'model: slow', weight: 1, strike: (draw) => model.slowDown(500 + draw(2_000)) },
    {
      name: 'the clock jumps',
      weight: 2,
      strike: async (draw) => {
        const replica = one(draw)
        replica?.bear({ kind: 'clock', offsetMs: draw(2 * LONGEST_JUMP_MS) - LONGEST_JUMP_MS })
        await pause(500 + draw(4_000))
        replica?.bear({ kind: 'clock', offsetMs: 0 })
      },
    },
  ]
}

export interface StrikeOptions {
  readonly draw: Draw
  readonly everyMs: number
  readonly note: (name: string) => void
  /** Ends what a fault began: a platform that fails for ever proves nothing. */
  readonly calm: () => void
  readonly signal: AbortSignal
}

/** One fault after another, until the signal. */
export async function strikeAll(faults: readonly Fault[], options: StrikeOptions): Promise<void> {
  const { draw, everyMs, note, calm, signal } = options
  const all = faults.flatMap((fault) => Array.from({ length: fault.weight }, () => fault))
  /** Those that last: the same does not strike twice at once. */
  const under = new Map<string, Promise<void>>()
  while (all.length > 0) {
    await pause(everyMs / 2 + draw(everyMs), undefined, { signal }).catch(() => {})
    const fault = all[draw(all.length)]
    calm()
    if (signal.aborted || fault === undefined) break
    if (under.has(fault.name)) continue
    note(fault.name)
    const end = Promise.resolve(fault.strike(draw)).finally(() => under.delete(fault.name))
    under.set(fault.name, end)
  }
  await Promise.all(under.values())
}
