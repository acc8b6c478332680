import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { start as startParley } from '#core/main.ts'
import { giveMemoryBack, SETTLED_MS } from './idle-memory.ts'

const STOP_SIGNALS = ['SIGTERM', 'SIGINT'] as const

/** Serves until told to stop, then drains (rule T7). A second signal ends it at once. */
export async function start(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  parseArgs({ args: [...args] })
  // Heard from the first moment: a signal during the start must not kill what it has already accepted.
  const told = Promise.race(STOP_SIGNALS.map((signal) => once(process, signal)))
  const parley = await startParley(env)
  void parley.settled.then(() => setTimeout(giveMemoryBack, SETTLED_MS).unref())
  await told
  for (const signal of STOP_SIGNALS) process.once(signal, () => process.exit(1))
  await parley.stop(parley.config.drainMs)
  return 0
}
