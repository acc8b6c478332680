import pg from 'pg'
import type { Logger } from 'pino'

/** A database answers in a few milliseconds: past this it is down, and every call says so (see `strict-adapter.ts`). */
const DEADLINE_MS = 5_000
/** Connections a replica has for work: turns wait for models, not for the database. */
const CONNECTIONS = 10
/** Whoever listens looks by themselves every second as well, so a lost connection may take its time. */
const LISTEN_AGAIN_MS = 2_000
/** A connection on which nobody speaks may be cut without a word on the way; asked this often, it tells. */
const PROVE_MS = 15_000
/** A statement that lost to another that wanted the same rows is as if it never was, and is tried again. */
const TRIES = 4
/** PostgreSQL: serialization failure, deadlock detected. */
const LOST_TO_ANOTHER = ['40001', '40P01']

/** 64-bit numbers of ours are times, counts and sequences: far below what a `number` holds exactly. */
const INT8 = 20

export type Query = <Row>(sql: string, values?: readonly unknown[]) => Promise<Row[]>

/**
 * A database of PostgreSQL. Every call has a deadline and rejects when it failed; a connection that breaks, also an
 * idle one, ends only the call that it served.
 */
export class Postgres {
  readonly #settings: pg.PoolConfig
  readonly #pool: pg.Pool
  readonly #log: Logger
  readonly #closing = new AbortController()
  /** Statements are prepared once a connection, under these names. All of them are constants of ours. */
  readonly #names = new Map<string, string>()
  /** What is being announced, by channel; true when it must be said once more after that. */
  readonly #announcing = new Map<string, boolean>()

  constructor(url: string, log: Logger) {
    this.#log = log
    this.#settings = {
      connectionString: url,
      application_name: 'parley',
      connectionTimeoutMillis: DEADLINE_MS,
      query_timeout: DEADLINE_MS,
      statement_timeout: DEADLINE_MS,
      keepAlive: true,
      types: {
        getTypeParser: (type, format) =>
          type === INT8 ? Number : pg.types.getTypeParser(type, format as 'text'),
      },
    }
    this.#pool = new pg.Pool({
      ...this.#settings,
      max: CONNECTIONS,
      idle_in_transaction_session_timeout: DEADLINE_MS,
    })
    this.#pool.on('error', (error) => this.#broken(error))
  }

  /** @param sql a constant: it stays prepared. */
  rows: Query = async <Row>(sql: string, values: readonly unknown[] = []) => {
    for (let tried = 1; ; tried += 1) {
      try {
        const result = await this.#pool.query({ name: this.#nameOf(sql), text: sql, values: [...values] })
        return result.rows as Row[]
      } catch (error) {
        if (tried === TRIES || !lostToAnother(error)) throw error
      }
    }
  }

  /** All of `work` or nothing of it. May run it again, when it lost to another. */
  async transaction<Result>(work: (query: Query) => Promise<Result>): Promise<Result> {
    for (let tried = 1; ; tried += 1) {
      try {
        return await this.#attempt(work)
      } catch (error) {
        if (tried === TRIES || !lostToAnother(error)) throw error
      }
    }
  }

  /** Statements that must stand alone, and may take their time. */
  async slowly(sql: string, boundMs: number): Promise<void> {
    const client = new pg.Client({ ...this.#settings, query_timeout: boundMs, statement_timeout: boundMs })
    client.on('error', (error) => this.#broken(error))
    try {
      await client.connect()
      await client.query(sql)
    } finally {
      await client.end()
    }
  }

  /** Tells everyone who listens, soon: what is said many times at once is said once. Losing it loses nothing. */
  announce(channel: string, from: string): void {
    if (this.#announcing.has(channel)) {
      this.#announcing.set(channel, true)
      return
    }
    this.#announcing.set(channel, false)
    this.rows('SELECT pg_notify($1, $2)', [channel, from])
      .catch((error: unknown) => this.#log.debug({ err: error }, 'not announced; others look by themselves'))
      .finally(() => {
        const again = this.#announcing.get(channel) === true
        this.#announcing.delete(channel)
        if (again && !this.#closing.signal.aborted) this.announce(channel, from)
      })
  }

  /** @param heard told who announced; also told, by an empty name, when something may have been missed. */
  listen(channel: string, heard: (from: string) => void): () => void {
    let stopped = false
    let client: pg.Client | undefined
    let timer: NodeJS.Timeout | undefined
    const begin = async (): Promise<void> => {
      const mine = new pg.Client(this.#settings)
      client = mine
      mine.on('error', (error) => this.#broken(error))
      mine.on('notification', ({ payload = '' }) => {
        if (!stopped) heard(payload)
      })
      const lost = new Promise<void>((resolve) => mine.on('end', resolve))
      // One that does not answer in time is closed, and made anew.
      const prove = setInterval(
        () =>
          mine
            .query('SELECT 1')
            .catch(() => mine.end())
            .catch(() => {}),
        PROVE_MS,
      )
      try {
        await mine.connect()
        await mine.query(`LISTEN ${pg.escapeIdentifier(channel)}`)
        heard('')
        await lost
      } catch (error) {
        this.#log.debug({ err: error }, 'not listening; looking every second instead')
        await mine.end().catch(() => {})
      } finally {
        clearInterval(prove)
      }
      if (!stopped) timer = setTimeout(again, LISTEN_AGAIN_MS)
    }
    const again = () => void begin()
    const stop = () => {
      stopped = true
      clearTimeout(timer)
      void client?.end().catch(() => {})
    }
    this.#closing.signal.addEventListener('abort', stop, { once: true })
    again()
    return stop
  }

  async close(): Promise<void> {
    this.#closing.abort()
    await this.#pool.end()
  }

  async #attempt<Result>(work: (query: Query) => Promise<Result>): Promise<Result> {
    const client = await this.#pool.connect()
    const broken = (error: Error) => this.#broken(error)
    // Nobody else hears it when the connection breaks between two statements, and unheard it would end the process.
    client.on('error', broken)
    let failed: unknown
    try {
      await client.query('BEGIN')
      const result = await work(async <Row>(sql: string, values: readonly unknown[] = []) => {
        const { rows } = await client.query({ text: sql, values: [...values] })
        return rows as Row[]
      })
      await client.query('COMMIT')
      return result
    } catch (error) {
      failed = error
      await client.query('ROLLBACK').catch(() => {})
      throw error
    } finally {
      client.off('error', broken)
      // What failed may have left the connection in any state.
      client.release(failed !== undefined)
    }
  }

  #broken(error: Error): void {
    if (!this.#closing.signal.aborted) this.#log.warn({ err: error }, 'a connection to the store broke')
  }

  #nameOf(sql: string): string {
    const known = this.#names.get(sql)
    if (known !== undefined) return known
    const name = `parley_${this.#names.size}`
    this.#names.set(sql, name)
    return name
  }
}

const lostToAnother = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && LOST_TO_ANOTHER.includes(String(error.code))
