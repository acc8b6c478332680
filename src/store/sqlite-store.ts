import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Logger } from 'pino'
import { reasonOf } from '#core/errors.ts'
import { LOCK_WAIT_MS } from './lock-wait.ts'
import { createNamespaces, type StoreBase, unusable } from './namespaces.ts'
import { Queues } from './queues.ts'
import { requireFile, SqliteAdapter, sweepExpired, unsynced } from './sqlite-adapter.ts'
import { migrate } from './sqlite-schema.ts'

/** Expired rows are never read; they are only taken out now and then, so that the file does not grow for ever. */
const SWEEP_MS = 3_600_000

/** One row that nobody reads. */
const PING = `INSERT INTO kv (ns, key, value) VALUES ('ping', '', ?)
  ON CONFLICT (ns, key) DO UPDATE SET value = excluded.value`

/** One file, for one machine. */
export interface SqliteStore extends StoreBase {
  readonly kind: 'sqlite'
  /** The file: the inbox has its tables there too, so that one backup holds everything. */
  readonly database: DatabaseSync
}

/**
 * @param url `sqlite:<path>`, or `memory:` for a store that ends with the process.
 * @throws ConfigError when the URL is of another kind, the file cannot be opened or a later Parley wrote it.
 */
export function openSqliteStore(url: string, log: Logger): SqliteStore {
  const database = openDatabase(url)
  const sweep = setInterval(() => sweepQuietly(database, log), SWEEP_MS).unref()
  const queues = new Queues()
  return {
    kind: 'sqlite',
    database,
    keyv: createNamespaces({
      adapter: () => new SqliteAdapter(database),
      exclusively: (name, work) => queues.run(name, work),
      log,
    }),
    settle: async () => {
      database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    },
    ping: async () => {
      requireFile(database)
      // A write: a full or read-only disk is read as ever, and takes nothing in.
      unsynced(database, () => database.prepare(PING).run(Date.now()))
    },
    close: async () => {
      clearInterval(sweep)
      database.close()
    },
  }
}

/** A new file is its owner's alone, and what SQLite puts beside it follows; one that is there stays as it is. */
function makePrivate(path: string): void {
  mkdirSync(dirname(path), { recursive: true })
  closeSync(openSync(path, 'a', 0o600))
}

/** A full or locked disk must not end the process: expired rows can wait. */
function sweepQuietly(database: DatabaseSync, log: Logger): void {
  try {
    sweepExpired(database)
  } catch (error) {
    log.warn({ err: error }, 'expired rows stay in the store for now')
  }
}

function openDatabase(url: string): DatabaseSync {
  const path = url === 'memory:' ? ':memory:' : url.startsWith('sqlite:') ? url.slice('sqlite:'.length) : ''
  if (path === '') throw unusable(url, 'Set PARLEY_STORE=sqlite:./data/parley.sqlite.')
  let database: DatabaseSync | undefined
  try {
    if (path !== ':memory:') makePrivate(path)
    database = new DatabaseSync(path, { timeout: LOCK_WAIT_MS })
    // WAL: readers (the command line) never wait for the writer. FULL: an acknowledged question survives a power cut.
    // Secure delete: what is erased is not left to be read in the file's empty space (rule S3).
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON')
    migrate(database)
    sweepExpired(database)
    return database
  } catch (error) {
    database?.close()
    throw unusable(url, `The file cannot be used: ${reasonOf(error)}. ${fixFor(error)}`)
  }
}

const fixFor = (error: unknown): string =>
  error instanceof Error && error.name === 'NewerStoreError'
    ? 'Start that Parley, or choose another file.'
    : 'Choose a path that this process may write.'
