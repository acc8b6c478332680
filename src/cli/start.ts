import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { start as startParley } from '#core/main.ts'

/** By then what a start leaves to do is done, and nobody waits for the first answer yet. */
const SETTLED_MS = 1_000
const STOP_SIGNALS = ['SIGTERM', 'SIGINT'] as const

/** Serves until told to stop, then drains (rule T7). A second signal ends it at once. */
export async function start(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  parseArgs({ args: [...args] })
  // Heard from the first moment, or a signal would end it in the middle of whatever the start does.
  const told = Promise.race(STOP_SIGNALS.map((signal) => once(process, signal))).then(() => 'told' as const)
  const parley = await Promise.race([startParley(env), told])
  // Nobody can reach it yet, and it may wait for a database for a minute.
  if (parley === 'told') process.exit(0)
  void parley.settled.then(() => setTimeout(() => void giveMemoryBack(), SETTLED_MS).unref())
  await told
  for (const signal of STOP_SIGNALS) process.once(signal, () => process.exit(1))
  await parley.stop(parley.config.drainMs)
  return 0
}

/** What it needs of Node is much, and loaded when nobody waits. */
async function giveMemoryBack(): Promise<void> {
  const idle = await import('./idle-memory.ts')
  idle.giveMemoryBack()
}
