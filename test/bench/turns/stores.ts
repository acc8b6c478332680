import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDatabase, NO_POSTGRES, PostgresCluster, postgresPrograms } from '#test/postgres/cluster.ts'

export interface BenchStore {
  readonly name: 'sqlite' | 'postgres'
  /** An address for `PARLEY_STORE` that nobody has used. */
  fresh(): Promise<string>
  remove(): Promise<void>
}

/** SQLite, and PostgreSQL where there is one. */
export async function stores(): Promise<readonly BenchStore[]> {
  if (postgresPrograms() !== undefined) return [onSqlite(), await onPostgres()]
  process.stderr.write(`${NO_POSTGRES}\n`)
  return [onSqlite()]
}

function onSqlite(): BenchStore {
  const folder = mkdtempSync(join(tmpdir(), 'parley-bench-'))
  let files = 0
  return {
    name: 'sqlite',
    fresh: async () => {
      files += 1
      return `sqlite:${join(folder, `${files}.sqlite`)}`
    },
    remove: async () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** One server. */
async function onPostgres(): Promise<BenchStore> {
  const cluster = await PostgresCluster.create()
  return {
    name: 'postgres',
    fresh: () => createDatabase(cluster.url()),
    remove: () => cluster.remove(),
  }
}
