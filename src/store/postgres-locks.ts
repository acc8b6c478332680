import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Postgres } from './postgres.ts'
import { Queues } from './queues.ts'

/** Longer than a busy event loop stays silent; what a dead replica held is free after it. */
const HELD_MS = 10_000
const RENEW_MS = HELD_MS / 3
/** Nobody waits for a lock for long: whoever has it has work of milliseconds, or is dead. */
const PATIENCE_MS = 20_000
/** Two replicas rarely want the same at once; then the second looks again this soon, and then less and less often. */
const FIRST_LOOK_MS = 4
const LAST_LOOK_MS = 250

/**
 * Work of one name at a time over all replicas. A row is the lock, not a connection: so locks within locks, and work
 * that takes long, starve nobody.
 */
export class PostgresLocks {
  readonly #postgres: Postgres
  /** So that of one process only one asks the database. */
  readonly #queues = new Queues()

  constructor(postgres: Postgres) {
    this.#postgres = postgres
  }

  /** @throws Error when somebody else keeps it too long. */
  run<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    return this.#queues.run(name, async () => {
      const owner = randomUUID()
      await this.#take(name, owner)
      const renewing = setInterval(() => {
        // One that fails is made good by the next, or the lock ends.
        this.#postgres.rows(SQL.renew, [name, owner, HELD_MS]).catch(() => {})
      }, RENEW_MS)
      try {
        return await work()
      } finally {
        clearInterval(renewing)
        // The work is done: that the lock could not be given back, and ends by itself, is nobody's failure.
        await this.#postgres.rows(SQL.free, [name, owner]).catch(() => {})
      }
    })
  }

  async #take(name: string, owner: string): Promise<void> {
    const end = performance.now() + PATIENCE_MS
    for (let pause = FIRST_LOOK_MS; ; pause = Math.min(2 * pause, LAST_LOOK_MS)) {
      const taken = await this.#postgres.rows(SQL.take, [name, owner, HELD_MS])
      if (taken.length > 0) return
      if (performance.now() > end) throw new Error('Another replica keeps this for too long. Try again.')
      // Not all at the same moment again.
      await sleep(pause * (0.5 + Math.random()))
    }
  }
}

const SQL = {
  take: `INSERT INTO parley.lock AS held (name, owner, until) VALUES ($1, $2, parley.now_ms() + $3::bigint)
    ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, until = excluded.until
    WHERE held.until <= parley.now_ms() RETURNING 1`,
  renew: 'UPDATE parley.lock SET until = parley.now_ms() + $3::bigint WHERE name = $1 AND owner = $2',
  free: 'DELETE FROM parley.lock WHERE name = $1 AND owner = $2',
} as const
