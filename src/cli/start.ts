import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { start as startParley } from '#core/main.ts'
import { giveMemoryBack, SETTLED_MS } from './idle-memory.ts'

const STOP_SIGNALS = ['SIGTERM', 'SIGINT'] as const

/** Serves until told to stop, then drains (rule T7). A second signal ends it at once. */
export async function start(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  parseArgs({ args: [...args] })
  // Heard from the first moment, or a signal would end it in the middle of whatever the start does.
  const told = Promise.race(STOP_SIGNALS.map((signal) => once(process, signal))).then(() => 'told' as const)
  const parley = await Promise.race([startParley(env), told])
  // Nobody can reach it yet, and it may wait for a database for a minute.
  if (parley === 'told') process.exit(0)
  void parley.settled.then(() => setTimeout(giveMemoryBack, SETTLED_MS).unref())
  await told
  for (const signal of STOP_SIGNALS) process.once(signal, () => process.exit(1))
  await parley.stop(parley.config.drainMs)
  return 0
}
