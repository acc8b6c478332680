/** What delivery itself costs: real writers, real splitting, real surfaces and accounts; the network takes no time. */

import { seeded } from '#test/seeded.ts'
import { median } from '../figures.ts'
import { deliver, parley } from './deliver.ts'
import type { Subject } from './platforms.ts'
import { MANNERS, stream } from './streams.ts'

const REPLIES = 20
/** Enough for a median that does not hang on one busy moment of the machine. */
const RUNS = 5
/** Long enough that the cost of growing shows. */
const CHARACTERS = 20_000

/** Processor time in milliseconds for each write, with twenty replies at once; the clock and the streams included. */
export async function cpuPerWrite(subject: Subject): Promise<number> {
  const random = seeded(1)
  const jobs = Array.from({ length: REPLIES }, (_, nth) => ({
    stream: stream(MANNERS[nth % MANNERS.length] ?? 'slow', CHARACTERS, nth),
    startsAt: Math.floor(random() * 1_000),
  }))
  const costs: number[] = []
  for (let run = 0; run <= RUNS; run += 1) {
    const before = process.cpuUsage()
    const { writes } = await deliver(jobs, subject.open, parley, run)
    const { user, system } = process.cpuUsage(before)
    // The first run compiles.
    if (run > 0) costs.push((user + system) / 1_000 / writes)
  }
  return median(costs)
}
