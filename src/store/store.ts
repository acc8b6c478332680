/**
 * Where Parley remembers: a URL becomes a store, and everything that lasts is a Keyv namespace in it.
 *
 * Keeps S5 (nothing of a value is logged) and the promise behind C1: a store that is down says so, and never reads
 * as an empty conversation (`strict-adapter.ts`). Keys are at most 255 characters and never begin with their own
 * namespace and a colon, so that a network store can take the place of the file.
 */
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Keyv } from 'keyv'
import type { Logger } from 'pino'
import { ConfigError } from '#core/errors.ts'
import { SqliteAdapter, sweepExpired } from './sqlite-adapter.ts'
import { strict } from './strict-adapter.ts'

/** Expired rows are never read; they are only taken out now and then, so that the file does not grow for ever. */
const SWEEP_MS = 3_600_000
/** How long a write waits for another process of this machine that holds the file. */
const LOCK_WAIT_MS = 5_000

export interface Store {
  /** The file behind it: the inbox keeps its tables there too, so that one backup holds everything. */
  readonly database: DatabaseSync
  /** A namespace of its own. Reads and writes reject when the store is down. */
  keyv(namespace: string): Keyv
  /** Takes what was overwritten out of the file's journal as well, as far as no reader holds it (rule S3). */
  settle(): Promise<void>
  /** @throws when the store does not answer. */
  ping(): Promise<void>
  close(): Promise<void>
}

/**
 * @param url `sqlite:<path>`, or `memory:` for a store that ends with the process.
 * @throws ConfigError when the URL is of another kind or the file cannot be opened.
 */
export function openStore(url: string, log: Logger): Store {
  const database = openDatabase(url)
  sweepExpired(database)
  const sweep = setInterval(() => sweepExpired(database), SWEEP_MS).unref()
  return {
    database,
    keyv: (namespace) =>
      new Keyv({
        store: strict(new SqliteAdapter(database), (error) =>
          log.error({ err: error, namespace }, 'store error'),
        ),
        namespace,
        // Keyv's own serialiser revives Buffers and BigInts; ours are plain JSON, and it halves the time of a turn.
        serialization: { stringify: JSON.stringify, parse: JSON.parse },
      }),
    settle: async () => {
      database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    },
    ping: async () => {
      database.prepare('SELECT count(*) FROM sqlite_schema').get()
    },
    close: async () => {
      clearInterval(sweep)
      database.close()
    },
  }
}

function openDatabase(url: string): DatabaseSync {
  if (url === 'memory:') return new DatabaseSync(':memory:')
  const path = url.startsWith('sqlite:') ? url.slice('sqlite:'.length) : ''
  if (path === '') throw unusable(url, 'Set PARLEY_STORE=sqlite:./data/parley.sqlite.')
  try {
    mkdirSync(dirname(path), { recursive: true })
    const database = new DatabaseSync(path, { timeout: LOCK_WAIT_MS })
    // WAL: readers (the command line) never wait for the writer. FULL: an acknowledged question survives a power cut.
    // Secure delete: what is erased is not left to be read in the file's empty space (rule S3).
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON')
    return database
  } catch (error) {
    throw unusable(url, `${String(error)}. Choose a path that this process may write.`)
  }
}

const unusable = (url: string, fix: string): ConfigError =>
  new ConfigError('PARLEY_STORE', { got: url, expected: 'sqlite:<path of a file> or memory:', fix })
