/**
 * Where Parley remembers: a URL becomes a store, and everything that lasts is a Keyv namespace in it.
 *
 * Keeps S5 (nothing of a value is logged) and the promise behind C1: a store that is down says so, and never reads
 * as an empty conversation (`strict-adapter.ts`). What is secret in it can be sealed (`sealed.ts`). The embedded store is a file of SQLite; for several replicas it is
 * a database of PostgreSQL, whose driver is loaded only then. The inbox opens on either (`src/turns/open-inbox.ts`).
 */
import type { Logger } from 'pino'
import type { PostgresStore } from './postgres-store.ts'
import { sealing } from './sealed.ts'
import { openSqliteStore, type SqliteStore } from './sqlite-store.ts'
import { Vault } from './vault.ts'

export type { Namespace } from './namespaces.ts'

export type Store = SqliteStore | PostgresStore

/**
 * @param url `sqlite:<path>`, `postgres://…`, or `memory:` for a store that ends with the process.
 * @param encryptionKeys as `Vault` takes them: the first one seals, all of them open.
 * @throws ConfigError when the URL is of another kind, or leads to nothing that can be used.
 */
export async function openStore(
  url: string,
  log: Logger,
  encryptionKeys: readonly string[] = [],
): Promise<Store> {
  const vault = new Vault(encryptionKeys)
  if (!/^postgres(ql)?:\/\//i.test(url)) return sealing(openSqliteStore(url, log), vault)
  const { openPostgresStore } = await import('./postgres-store.ts')
  return sealing(await openPostgresStore(url, log), vault)
}
