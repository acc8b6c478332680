import type { DatabaseSync } from 'node:sqlite'

/** How long a write waits for another process of this machine that holds the file. */
export const LOCK_WAIT_MS = 5_000
/** Once that was in vain: longer than two processes that write in turn are in each other's way. */
const LOCK_LOOK_MS = 50

/** SQLITE_BUSY; the extended codes have more above this byte. */
const BUSY = 5

/** Databases whose lock was waited for in vain, and that nobody could write since. */
const inVain = new WeakSet<DatabaseSync>()

/**
 * Runs a write. SQLite waits for a lock by standing still, and the whole process with it: events, heartbeats, health.
 * That is right for a lock that others hold for a moment. After one that was waited for in vain, writes only look,
 * until one comes through: what cannot be kept is refused (rule T1), and the process goes on.
 */
export function waitingForLock<T>(database: DatabaseSync, write: () => T): T {
  try {
    const written = write()
    if (inVain.delete(database)) waitAtMost(database, LOCK_WAIT_MS)
    return written
  } catch (error) {
    if (isLocked(error)) {
      inVain.add(database)
      waitAtMost(database, LOCK_LOOK_MS)
    }
    throw error
  }
}

function waitAtMost(database: DatabaseSync, ms: number): void {
  database.exec(`PRAGMA busy_timeout = ${ms}`)
}

const isLocked = (error: unknown): boolean =>
  error instanceof Error &&
  'errcode' in error &&
  typeof error.errcode === 'number' &&
  (error.errcode & 0xff) === BUSY
