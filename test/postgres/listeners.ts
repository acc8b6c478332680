import { expect, vi } from 'vitest'
import { Postgres } from '#core/store/postgres.ts'
import { quietLog } from '#test/quiet-log.ts'

/** Each replica has a connection for what waits and one for announcements. */
const A_REPLICA = 2
const SQL = `SELECT 1 FROM pg_stat_activity
  WHERE datname = current_database() AND query LIKE 'LISTEN%' AND state = 'idle'`

/** Resolves once so many replicas hear each other: on a busy machine that may be later than their first turn. */
export async function untilListening(url: string, replicas: number): Promise<void> {
  const postgres = new Postgres(url, quietLog)
  try {
    await vi.waitFor(async () => expect(await postgres.rows(SQL)).toHaveLength(A_REPLICA * replicas), {
      timeout: 10_000,
    })
  } finally {
    await postgres.close()
  }
}
