import { existsSync } from 'node:fs'
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import { setImmediate as nextTick } from 'node:timers/promises'
import { Hookified } from 'hookified'
import { type KeyvStorageAdapter, type KeyvStorageEntry, keyvStorageCapability } from 'keyv'
import { waitingForLock } from './lock-wait.ts'
import { migrate } from './sqlite-schema.ts'

/** Rows read at once by `iterator`: large enough to be quick, small enough to keep memory flat. */
const PAGE_ROWS = 256

/** Namespaces that turns write, each step of which is done again when it was lost. */
const OF_TURNS = new Set(['transcript', 'window', 'shown'])

/**
 * Keyv's storage on a SQLite database that is already open: one table, a row a key, `setMany` in one transaction.
 *
 * Ours and not `@keyv/sqlite`, because that one needs a native build, never reclaims expired rows, and lets the
 * keys `a:b` and `b` of namespace `a` collide. Calls are synchronous inside: about 0.3 ms for a durable commit.
 */
export class SqliteAdapter extends Hookified implements KeyvStorageAdapter {
  /** Set by Keyv before the first call. */
  namespace: string | undefined
  readonly #database: DatabaseSync
  readonly #get: StatementSync
  readonly #set: StatementSync
  readonly #delete: StatementSync
  readonly #clear: StatementSync
  readonly #page: StatementSync

  constructor(database: DatabaseSync) {
    super()
    this.#database = database
    migrate(database)
    this.#get = database.prepare(
      'SELECT value FROM kv WHERE ns = ? AND key = ? AND (expires IS NULL OR expires > ?)',
    )
    this.#set = database.prepare(
      `INSERT INTO kv (ns, key, value, expires) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET value = excluded.value, expires = excluded.expires`,
    )
    this.#delete = database.prepare('DELETE FROM kv WHERE ns = ? AND key = ?')
    this.#clear = database.prepare('DELETE FROM kv WHERE ns = ?')
    this.#page = database.prepare(
      `SELECT key, value FROM kv WHERE ns = ? AND key > ? AND (expires IS NULL OR expires > ?)
       ORDER BY key LIMIT ${PAGE_ROWS}`,
    )
  }

  get capabilities(): ReturnType<typeof keyvStorageCapability> {
    return keyvStorageCapability(this)
  }

  async get<Value>(key: string): Promise<Value | undefined> {
    return this.#read<Value>(key)
  }

  async getMany<Value>(keys: string[]): Promise<(Value | undefined)[]> {
    return keys.map((key) => this.#read<Value>(key))
  }

  async set(key: string, value: unknown, expires?: number): Promise<boolean> {
    this.#commit(() => this.#write(key, value, expires))
    return true
  }

  async setMany<Value>(entries: KeyvStorageEntry<Value>[]): Promise<boolean[]> {
    this.#commit(() =>
      transaction(this.#database, () => {
        for (const { key, value, expires } of entries) this.#write(key, value, expires)
      }),
    )
    return entries.map(() => true)
  }

  async delete(key: string): Promise<boolean> {
    return this.#remove(key)
  }

  async deleteMany(keys: string[]): Promise<boolean[]> {
    return transaction(this.#database, () => keys.map((key) => this.#remove(key)))
  }

  async has(key: string): Promise<boolean> {
    return this.#read(key) !== undefined
  }

  async hasMany(keys: string[]): Promise<boolean[]> {
    return keys.map((key) => this.#read(key) !== undefined)
  }

  async clear(): Promise<void> {
    this.#clear.run(this.#ns)
  }

  /** In the order of the keys, a page at a time: memory stays flat however many there are. */
  async *iterator<Value>(): AsyncGenerator<[string, Awaited<Value>], void> {
    for (let after = ''; ; ) {
      const rows = this.#page.all(this.#ns, after, Date.now()) as { key: string; value: Awaited<Value> }[]
      for (const row of rows) yield [row.key, row.value]
      const last = rows.at(-1)
      if (last === undefined) return
      after = last.key
      // Reading is synchronous: answers must not wait while a large store is read.
      if (rows.length === PAGE_ROWS) await nextTick()
    }
  }

  /** The database belongs to the store, which closes it. */
  async disconnect(): Promise<void> {}

  get #ns(): string {
    return this.namespace ?? ''
  }

  #commit(work: () => void): void {
    if (OF_TURNS.has(this.#ns)) unsynced(this.#database, work)
    else waitingForLock(this.#database, work)
  }

  #read<Value>(key: string): Value | undefined {
    return this.#get.get(this.#ns, key, Date.now())?.value as Value | undefined
  }

  #write(key: string, value: unknown, expires: number | undefined): void {
    this.#set.run(this.#ns, key, value as SQLInputValue, expires ?? null)
  }

  #remove(key: string): boolean {
    return this.#delete.run(this.#ns, key).changes > 0
  }
}

/**
 * SQLite goes on writing to a file that somebody removed or moved away, and all of that ends with the process.
 *
 * @throws where it is gone.
 */
export function requireFile(database: DatabaseSync): void {
  const path = database.location()
  if (path === null || existsSync(path)) return
  throw new Error('the file of the store was removed or moved; put it back, or start Parley anew')
}

/** Takes out what has expired. */
export function sweepExpired(database: DatabaseSync): void {
  database.prepare('DELETE FROM kv WHERE expires <= ?').run(Date.now())
}

/**
 * Commits of `work` survive the end of the process, and a power cut once a later commit has waited for the disk: a
 * write then takes 20 microseconds instead of a few hundred that nobody else can use. For steps of a turn, which is
 * tried again from the last one that is known. What a cut takes is always the newest, never something in between.
 */
export function unsynced<T>(database: DatabaseSync, work: () => T): T {
  database.exec('PRAGMA synchronous = NORMAL')
  try {
    return waitingForLock(database, work)
  } finally {
    database.exec('PRAGMA synchronous = FULL')
  }
}

/** All of `work` or nothing of it. Takes the write lock at once, so that two processes never deadlock half-way. */
export function transaction<T>(database: DatabaseSync, work: () => T): T {
  waitingForLock(database, () => database.exec('BEGIN IMMEDIATE'))
  try {
    const result = work()
    database.exec('COMMIT')
    return result
  } catch (error) {
    // A full disk has rolled it back already.
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}
