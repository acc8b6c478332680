import { Hookified } from 'hookified'
import { type KeyvStorageAdapter, type KeyvStorageEntry, keyvStorageCapability } from 'keyv'
import type { Postgres } from './postgres.ts'

/** Rows read at once by `iterator`: large enough to be quick, small enough to keep memory flat. */
const PAGE_ROWS = 256

/**
 * Keyv's storage in PostgreSQL: the twin of `SqliteAdapter`, on the store's own connections.
 *
 * Ours and not `@keyv/postgres`, because that one ends a listing early, as if it were whole, when the database fails
 * within it; lists keys in the order of the database's language; lets the keys `a:b` and `b` of namespace `a`
 * collide; and has connections of its own, without deadlines.
 */
export class PostgresAdapter extends Hookified implements KeyvStorageAdapter {
  /** Set by Keyv before the first call. */
  namespace: string | undefined
  readonly #postgres: Postgres

  constructor(postgres: Postgres) {
    super()
    this.#postgres = postgres
  }

  get capabilities(): ReturnType<typeof keyvStorageCapability> {
    return keyvStorageCapability(this)
  }

  async get<Value>(key: string): Promise<Value | undefined> {
    const [row] = await this.#postgres.rows<{ value: Value }>(SQL.get, [this.#ns, key, Date.now()])
    return row?.value
  }

  async getMany<Value>(keys: string[]): Promise<(Value | undefined)[]> {
    const rows = await this.#read<Value>(keys)
    return keys.map((key) => rows.get(key))
  }

  async set(key: string, value: unknown, expires?: number): Promise<boolean> {
    await this.#postgres.rows(SQL.set, [this.#ns, key, value, expires ?? null])
    return true
  }

  /** One statement: all of it or nothing. In the order of the keys, so that two writers never wait for each other. */
  async setMany<Value>(entries: KeyvStorageEntry<Value>[]): Promise<boolean[]> {
    const last = new Map(entries.map((entry) => [entry.key, entry]))
    const sorted = [...last.values()].toSorted((one, other) => (one.key < other.key ? -1 : 1))
    await this.#postgres.rows(SQL.setMany, [
      this.#ns,
      sorted.map(({ key }) => key),
      sorted.map(({ value }) => value),
      sorted.map(({ expires }) => expires ?? null),
    ])
    return entries.map(() => true)
  }

  async delete(key: string): Promise<boolean> {
    const [removed = false] = await this.deleteMany([key])
    return removed
  }

  async deleteMany(keys: string[]): Promise<boolean[]> {
    const rows = await this.#postgres.rows<{ key: string }>(SQL.deleteMany, [this.#ns, keys])
    const removed = new Set(rows.map(({ key }) => key))
    return keys.map((key) => removed.has(key))
  }

  async has(key: string): Promise<boolean> {
    const [has = false] = await this.hasMany([key])
    return has
  }

  async hasMany(keys: string[]): Promise<boolean[]> {
    const rows = await this.#read(keys)
    return keys.map((key) => rows.has(key))
  }

  async clear(): Promise<void> {
    await this.#postgres.rows(SQL.clear, [this.#ns])
  }

  /** In the order of the keys' bytes, a page at a time: memory stays flat however many there are. */
  async *iterator<Value>(): AsyncGenerator<[string, Awaited<Value>], void> {
    for (let after = ''; ; ) {
      const rows = await this.#postgres.rows<{ key: string; value: Awaited<Value> }>(SQL.page, [
        ...[this.#ns, after, Date.now()],
      ])
      for (const row of rows) yield [row.key, row.value]
      const last = rows.at(-1)
      if (last === undefined) return
      after = last.key
    }
  }

  /** The connections belong to the store, which closes them. */
  async disconnect(): Promise<void> {}

  get #ns(): string {
    return this.namespace ?? ''
  }

  async #read<Value>(keys: readonly string[]): Promise<ReadonlyMap<string, Value>> {
    if (keys.length === 0) return new Map()
    const rows = await this.#postgres.rows<{ key: string; value: Value }>(SQL.getMany, [
      ...[this.#ns, keys, Date.now()],
    ])
    return new Map(rows.map(({ key, value }) => [key, value]))
  }
}

/** Takes out what has expired. */
export async function sweepExpired(postgres: Postgres): Promise<void> {
  await postgres.rows('DELETE FROM parley.kv WHERE expires <= $1', [Date.now()])
}

const SQL = {
  get: 'SELECT value FROM parley.kv WHERE ns = $1 AND key = $2 AND (expires IS NULL OR expires > $3)',
  getMany: `SELECT key, value FROM parley.kv
    WHERE ns = $1 AND key = ANY($2::text[]) AND (expires IS NULL OR expires > $3)`,
  set: `INSERT INTO parley.kv (ns, key, value, expires) VALUES ($1, $2, $3, $4)
    ON CONFLICT (ns, key) DO UPDATE SET value = excluded.value, expires = excluded.expires`,
  setMany: `INSERT INTO parley.kv (ns, key, value, expires)
    SELECT $1, * FROM unnest($2::text[], $3::text[], $4::bigint[])
    ON CONFLICT (ns, key) DO UPDATE SET value = excluded.value, expires = excluded.expires`,
  // In the order of the keys too: a plain DELETE takes its rows as it finds them.
  deleteMany: `DELETE FROM parley.kv USING
    (SELECT ns, key FROM parley.kv WHERE ns = $1 AND key = ANY($2::text[]) ORDER BY key FOR UPDATE) AS held
    WHERE kv.ns = held.ns AND kv.key = held.key RETURNING kv.key`,
  clear: 'DELETE FROM parley.kv WHERE ns = $1',
  page: `SELECT key, value FROM parley.kv WHERE ns = $1 AND key > $2 AND (expires IS NULL OR expires > $3)
    ORDER BY key LIMIT ${PAGE_ROWS}`,
} as const
