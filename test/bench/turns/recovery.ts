/**
 * How soon an answer that a kill -9 cut off goes on, in milliseconds: on SQLite after the next start on the same file
 * is ready, on PostgreSQL after the kill, when another replica takes over.
 */
import type { BenchStore } from './stores.ts'
import { addressOf, launchParley, type Setting } from './subjects.ts'
import { Workspace } from './workspace.ts'

/** The slowest of these counts. Each is cut off at another place. */
const CUTS = 3
const WORDS_BEFORE_CUT = [1, 2, 3]
/** An answer that nobody goes on with is a failure of its own, and not a slow one. */
const WITHIN_MS = 60_000

export async function recovery(store: BenchStore, stub: string): Promise<number> {
  const took: number[] = []
  for (let cut = 0; cut < CUTS; cut += 1) {
    const workspace = await Workspace.open()
    const setting: Setting = { workspace, stub, manner: 'slow' }
    try {
      const run = store.name === 'sqlite' ? restarted : takenOver
      took.push(await run(setting, await store.fresh(), WORDS_BEFORE_CUT[cut] ?? 1))
    } finally {
      await workspace.close()
    }
  }
  return Math.max(...took)
}

async function restarted(setting: Setting, store: string, words: number): Promise<number> {
  const killed = await launchParley(setting, store)
  await setting.workspace.ask()
  await written(setting, words)
  killed.kill()
  const next = await launchParley(setting, store)
  const readyAt = performance.now()
  try {
    await written(setting, words + 1)
    return performance.now() - readyAt
  } finally {
    next.kill()
  }
}

async function takenOver(setting: Setting, store: string, words: number): Promise<number> {
  const other = await launchParley(setting, store)
  const killed = await launchParley(setting, store)
  try {
    await setting.workspace.ask()
    await written(setting, words)
    killed.kill()
    const killedAt = performance.now()
    setting.workspace.slack.deliverTo(`${addressOf(other)}/slack/events`)
    await written(setting, words + 1)
    return performance.now() - killedAt
  } finally {
    other.kill()
  }
}

/** Resolves when readers have seen so many writes. */
function written({ workspace: { slack } }: Setting, writes: number): Promise<void> {
  const seen = () =>
    slack.calls.filter(({ method, outcome }) => method.startsWith('chat.') && outcome === 'ok').length
  return slack.until(() => seen() >= writes, WITHIN_MS)
}
