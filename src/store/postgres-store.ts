import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import { reasonOf } from '#core/errors.ts'
import { createNamespaces, type StoreBase, unusable } from './namespaces.ts'
import { Postgres } from './postgres.ts'
import { PostgresAdapter, sweepExpired } from './postgres-adapter.ts'
import { PostgresLocks } from './postgres-locks.ts'
import { migrate } from './postgres-schema.ts'

/** As for the file: expired rows are never read, only taken out now and then. */
const SWEEP_MS = 3_600_000
/** Longer than a server takes that starts together with Parley. */
const PATIENCE_MS = 60_000
const AGAIN_MS = 1_000
/** Clearing away what was overwritten reads whole tables. */
const SETTLE_MS = 10 * 60_000

const PING = "SELECT current_setting('transaction_read_only') AS read_only FROM parley.version"

/** One database, for several replicas. */
export interface PostgresStore extends StoreBase {
  readonly kind: 'postgres'
  /** The inbox has its tables there too. */
  readonly postgres: Postgres
}

/**
 * @param patienceMs for a server that is not there yet: it may be starting as well.
 * @throws ConfigError when the database cannot be reached or used, or a later Parley wrote it.
 */
export async function openPostgresStore(
  url: string,
  log: Logger,
  patienceMs = PATIENCE_MS,
): Promise<PostgresStore> {
  const postgres = await connect(url, log, patienceMs)
  const locks = new PostgresLocks(postgres)
  const sweep = setInterval(() => {
    sweepExpired(postgres).catch((error: unknown) =>
      log.warn({ err: error }, 'expired rows stay in the store for now'),
    )
  }, SWEEP_MS).unref()
  return {
    kind: 'postgres',
    postgres,
    keyv: createNamespaces({
      adapter: () => new PostgresAdapter(postgres),
      exclusively: (name, work) => locks.run(name, work),
      log,
    }),
    settle: () => postgres.slowly('VACUUM parley.kv, parley.delivery, parley.turn', SETTLE_MS),
    ping: async () => {
      // A standby, or a server whose disk is full, may answer every question and take nothing in; so does a database
      // that was made anew without our tables.
      const [state] = await postgres.rows<{ read_only: string }>(PING)
      if (state?.read_only !== 'off') throw new Error('the database can be read and not written')
    },
    close: async () => {
      clearInterval(sweep)
      await postgres.close()
    },
  }
}

async function connect(url: string, log: Logger, patienceMs: number): Promise<Postgres> {
  for (const end = performance.now() + patienceMs; ; ) {
    let postgres: Postgres | undefined
    try {
      postgres = new Postgres(url, log)
      await migrate(postgres)
      return postgres
    } catch (error) {
      await postgres?.close()
      if (!isAway(error) || performance.now() >= end)
        throw unusable(withoutSecrets(url), `The database cannot be used: ${whyNot(error)}.`)
      log.warn({ reason: whyNot(error) }, 'the database is not there yet; waiting for it')
      await sleep(AGAIN_MS)
    }
  }
}

/** Nobody listens there, a connection broke, or the server is starting or stopping; not: it said no. */
function isAway(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.every(isAway)
  if (!(error instanceof Error)) return false
  const code = 'code' in error ? String(error.code) : ''
  return (
    /^(ECONN|EHOSTUNREACH|ETIMEDOUT|EPIPE|EAI_AGAIN|57P|08)/.test(code) ||
    /Connection terminated/.test(error.message)
  )
}

/** What is tried under several addresses fails with one reason for each. */
const whyNot = (error: unknown): string =>
  error instanceof AggregateError ? error.errors.map(reasonOf).join('; ') : reasonOf(error)

const withoutSecrets = (url: string): string => url.replace(/\/\/.*@/s, '//…@').replace(/\?.*/s, '?…')
