import { createHash } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { openSqliteStore, type SqliteStore } from '#core/store/sqlite-store.ts'
import { everythingKept } from '#test/everything-kept.ts'
import { quietLog } from '#test/quiet-log.ts'
import type { KeptState } from './edge.ts'

/** Milliseconds without a change after which nothing is under way any more. */
const REST_MS = 120
const LONGEST_UNREST_MS = 15_000

/** A store in memory, and what is in it. */
export function stateIn(): {
  readonly store: SqliteStore
  readonly state: KeptState
  close(): Promise<void>
} {
  const store = openSqliteStore('memory:', quietLog)
  return { store, state: stateOf(store), close: () => store.close() }
}

export function stateOf({ database }: SqliteStore): KeptState {
  const statement = database.prepare('SELECT total_changes() AS changes')
  const changes = () => Number(statement.get()?.changes)
  return {
    changes,
    kept: () => createHash('sha256').update(everythingKept(database)).digest('hex'),
    rest: async () => {
      const deadline = Date.now() + LONGEST_UNREST_MS
      let before = -1
      while (before !== changes() && Date.now() < deadline) {
        before = changes()
        await pause(REST_MS)
      }
    },
  }
}
