import type { DatabaseSync } from 'node:sqlite'

/** What is in a file of one version and not in the one before: SQL, run in one transaction with the new number. */
type Migration = (database: DatabaseSync) => void

/**
 * Brings a database to the version of this program, however old it is. Safe to call again, and from several processes
 * at once. The number is SQLite's own `user_version`; files from before there was one have 0.
 *
 * @throws NewerStoreError when a later Parley has written it: nothing is known about what its columns mean.
 */
export function migrate(database: DatabaseSync): void {
  if (versionOf(database) === MIGRATIONS.length) return
  database.exec('BEGIN IMMEDIATE')
  try {
    const version = versionOf(database)
    if (version > MIGRATIONS.length) throw new NewerStoreError(version, MIGRATIONS.length)
    for (const migration of MIGRATIONS.slice(version)) migration(database)
    database.exec(`PRAGMA user_version = ${MIGRATIONS.length}`)
    database.exec('COMMIT')
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}

/** The program is older than what it should read. */
export class NewerStoreError extends Error {
  override readonly name = 'NewerStoreError'

  constructor(found: number, known: number) {
    super(`it was written by a later Parley (version ${found} of its tables; this one knows ${known})`)
  }
}

const versionOf = (database: DatabaseSync): number =>
  Number(database.prepare('PRAGMA user_version').get()?.user_version)

const addColumn = (database: DatabaseSync, table: string, column: string, type: string): void => {
  const columns = database.prepare('SELECT name FROM pragma_table_info(?)').all(table)
  if (!columns.some(({ name }) => name === column))
    database.exec(`ALTER TABLE ${table} ADD COLUMN ${column} ${type}`)
}

/** Never change one that was released; add another. */
const MIGRATIONS: readonly Migration[] = [
  (database) => {
    database.exec(`
      CREATE TABLE IF NOT EXISTS kv (
        ns TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, expires INTEGER,
        PRIMARY KEY (ns, key)) WITHOUT ROWID;
      CREATE INDEX IF NOT EXISTS kv_expires ON kv (expires) WHERE expires IS NOT NULL;
      CREATE TABLE IF NOT EXISTS delivery (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        thread TEXT NOT NULL,
        sent_at INTEGER NOT NULL,
        body TEXT NOT NULL,
        alone INTEGER NOT NULL,
        turn INTEGER,
        done INTEGER);
      CREATE INDEX IF NOT EXISTS delivery_turn ON delivery (turn);
      CREATE TABLE IF NOT EXISTS turn (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        thread TEXT NOT NULL,
        attempt INTEGER NOT NULL,
        journal TEXT,
        done INTEGER);
      CREATE INDEX IF NOT EXISTS turn_unfinished ON turn (thread) WHERE done IS NULL;
      CREATE TABLE IF NOT EXISTS thread (
        id TEXT PRIMARY KEY,
        open INTEGER NOT NULL,
        ready INTEGER NOT NULL,
        leased_until INTEGER NOT NULL DEFAULT 0,
        owner TEXT,
        fence INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
      CREATE INDEX IF NOT EXISTS thread_ready ON thread (leased_until, ready) WHERE open > 0`)
    // Files from before there were versions lack these, and their index also held what was taken back.
    addColumn(database, 'delivery', 'alone', 'INTEGER NOT NULL DEFAULT 0')
    addColumn(database, 'thread', 'owner', 'TEXT')
    database.exec(`DROP INDEX IF EXISTS delivery_waiting;
      CREATE INDEX delivery_waiting ON delivery (thread, sent_at, seq) WHERE turn IS NULL AND done IS NULL`)
  },
  (database) => database.exec('ALTER TABLE turn ADD COLUMN stop INTEGER NOT NULL DEFAULT 0'),
]
