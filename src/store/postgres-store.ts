import type { Logger } from 'pino'
import { reasonOf } from '#core/errors.ts'
import { createNamespaces, type StoreBase, unusable } from './namespaces.ts'
import { Postgres } from './postgres.ts'
import { PostgresAdapter, sweepExpired } from './postgres-adapter.ts'
import { PostgresLocks } from './postgres-locks.ts'
import { migrate } from './postgres-schema.ts'

/** As for the file: expired rows are never read, only taken out now and then. */
const SWEEP_MS = 3_600_000
/** Clearing away what was overwritten reads whole tables. */
const SETTLE_MS = 10 * 60_000

/** One database, for several replicas. */
export interface PostgresStore extends StoreBase {
  readonly kind: 'postgres'
  /** The inbox has its tables there too. */
  readonly postgres: Postgres
}

/** @throws ConfigError when the database cannot be reached or used, or a later Parley wrote it. */
export async function openPostgresStore(url: string, log: Logger): Promise<PostgresStore> {
  const postgres = await connect(url, log)
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
      await postgres.rows('SELECT 1')
    },
    close: async () => {
      clearInterval(sweep)
      await postgres.close()
    },
  }
}

async function connect(url: string, log: Logger): Promise<Postgres> {
  let postgres: Postgres | undefined
  try {
    postgres = new Postgres(url, log)
    await migrate(postgres)
    return postgres
  } catch (error) {
    await postgres?.close()
    throw unusable(withoutSecrets(url), `The database cannot be used: ${whyNot(error)}.`)
  }
}

/** What is tried under several addresses fails with one reason for each. */
const whyNot = (error: unknown): string =>
  error instanceof AggregateError ? error.errors.map(reasonOf).join('; ') : reasonOf(error)

const withoutSecrets = (url: string): string => url.replace(/\/\/.*@/s, '//…@').replace(/\?.*/s, '?…')
