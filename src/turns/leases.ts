/**
 * What only one process may do at a time, over all replicas on one store, such as holding a bot's gateway connection.
 *
 * Whoever has a lease renews it; one whose holder died is free after `LEASE_MS`, and at once where the next one sees
 * that the holder's process has ended (a restart on the same machine). Leases are rows among the others of the store,
 * which nobody reads as a value.
 */
import { randomUUID } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import type { Clock } from '#core/clock.ts'
import type { Postgres } from '#core/store/postgres.ts'
import type { Store } from '#core/store/store.ts'
import { isDead, type Owner, thisProcess, thisProcessAmongReplicas, writeOwner } from './owner.ts'

/** A busy event loop renews in time, and nobody is missed for long. */
const LEASE_MS = 10_000
const RENEW_MS = LEASE_MS / 4
/** By our own clock it is over this much sooner, so that no two ever hold it. */
const MARGIN_MS = 2_000

export interface Leases {
  /** @returns undefined while somebody else holds it. @throws when the store does not answer. */
  take(name: string): Promise<Lease | undefined>
}

export interface Lease {
  /** Aborts when it may be somebody else's: what it was for must end at once. */
  readonly lost: AbortSignal
  /** Gives it back, for anyone to take at once. Never throws. */
  release(): Promise<void>
}

/** @param owner who takes leases here; another than this process only in tests. */
export function openLeases(store: Store, clock: Clock, owner?: Owner): Leases {
  switch (store.kind) {
    case 'sqlite':
      return new StoredLeases(new SqliteRows(store.database, clock), clock, owner ?? thisProcess)
    case 'postgres':
      return new StoredLeases(new PostgresRows(store.postgres), clock, owner ?? thisProcessAmongReplicas)
  }
}

/** One row a lease. */
interface Rows {
  holder(name: string): Promise<string | undefined>
  /** Also renews. @param dead a holder from whom it may be taken. */
  take(name: string, holder: string, dead: string): Promise<boolean>
  free(name: string, holder: string): Promise<void>
}

class StoredLeases implements Leases {
  readonly #rows: Rows
  readonly #clock: Clock
  readonly #owner: Owner

  constructor(rows: Rows, clock: Clock, owner: Owner) {
    this.#rows = rows
    this.#clock = clock
    this.#owner = owner
  }

  async take(name: string): Promise<Lease | undefined> {
    // Of one process too, only one holds it.
    const holder = `${writeOwner(this.#owner)} ${randomUUID()}`
    const before = await this.#rows.holder(name)
    const dead = before !== undefined && isDead(before, this.#owner) ? before : ''
    const asked = this.#clock.now()
    if (!(await this.#rows.take(name, holder, dead))) return undefined
    const lost = new AbortController()
    const released = new AbortController()
    const renewing = this.#keep(name, holder, asked + LEASE_MS - MARGIN_MS, lost, released.signal)
    return {
      lost: lost.signal,
      release: async () => {
        released.abort()
        await renewing
        // One that is not given back ends by itself.
        await this.#rows.free(name, holder).catch(() => {})
      },
    }
  }

  /** Until it is released or lost. Never rejects. */
  async #keep(
    name: string,
    holder: string,
    until: number,
    lost: AbortController,
    released: AbortSignal,
  ): Promise<void> {
    let ends = until
    while (!released.aborted) {
      await this.#clock.sleep(RENEW_MS, released).catch(() => {})
      if (released.aborted) return
      const asked = this.#clock.now()
      const renewed = await this.#rows.take(name, holder, '').catch(() => undefined)
      if (renewed === true) ends = asked + LEASE_MS - MARGIN_MS
      // A store that does not answer takes nothing away before its time.
      if (renewed === false || this.#clock.now() >= ends) return lost.abort(new Error(`${name} was lost`))
    }
  }
}

const NAMESPACE = 'lease'

class SqliteRows implements Rows {
  readonly #database: DatabaseSync
  readonly #clock: Clock

  constructor(database: DatabaseSync, clock: Clock) {
    this.#database = database
    this.#clock = clock
  }

  async holder(name: string): Promise<string | undefined> {
    return read(
      this.#database.prepare('SELECT value FROM kv WHERE ns = ? AND key = ?').get(NAMESPACE, name)?.value,
    )
  }

  async take(name: string, holder: string, dead: string): Promise<boolean> {
    const now = this.#clock.now()
    const sql = `INSERT INTO kv (ns, key, value, expires) VALUES (?, ?, ?, ?) ON CONFLICT (ns, key)
      DO UPDATE SET value = excluded.value, expires = excluded.expires
      WHERE kv.expires <= ? OR kv.value = excluded.value OR kv.value = ?`
    const values = [NAMESPACE, name, write(holder), Math.round(now + LEASE_MS), Math.round(now), write(dead)]
    return this.#database.prepare(sql).run(...values).changes > 0
  }

  async free(name: string, holder: string): Promise<void> {
    const sql = 'DELETE FROM kv WHERE ns = ? AND key = ? AND value = ?'
    this.#database.prepare(sql).run(NAMESPACE, name, write(holder))
  }
}

/** Leases end by the database's clock: those of replicas differ. */
class PostgresRows implements Rows {
  readonly #postgres: Postgres

  constructor(postgres: Postgres) {
    this.#postgres = postgres
  }

  async holder(name: string): Promise<string | undefined> {
    const sql = 'SELECT value FROM parley.kv WHERE ns = $1 AND key = $2'
    const [row] = await this.#postgres.rows<{ value: string }>(sql, [NAMESPACE, name])
    return read(row?.value)
  }

  async take(name: string, holder: string, dead: string): Promise<boolean> {
    const sql = `INSERT INTO parley.kv AS held (ns, key, value, expires)
      VALUES ($1, $2, $3, parley.now_ms() + $4::bigint) ON CONFLICT (ns, key)
      DO UPDATE SET value = excluded.value, expires = excluded.expires
      WHERE held.expires <= parley.now_ms() OR held.value = excluded.value OR held.value = $5 RETURNING 1`
    const values = [NAMESPACE, name, write(holder), LEASE_MS, write(dead)]
    return (await this.#postgres.rows(sql, values)).length > 0
  }

  async free(name: string, holder: string): Promise<void> {
    const sql = 'DELETE FROM parley.kv WHERE ns = $1 AND key = $2 AND value = $3'
    await this.#postgres.rows(sql, [NAMESPACE, name, write(holder)])
  }
}

const write = (holder: string): string => JSON.stringify(holder)

function read(value: unknown): string | undefined {
  const holder: unknown = typeof value === 'string' ? JSON.parse(value) : undefined
  return typeof holder === 'string' ? holder : undefined
}
