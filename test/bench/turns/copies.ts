import type { Store } from '#core/store/store.ts'

/** In everything that names the thread that is copied, and nowhere else. */
export const TEMPLATE = 'thetemplate'

const BATCH = 10_000

/** Copies all that is stored of the thread, `copies` times, with numbers from 1 in place of its name. */
export async function copyThread(store: Store, copies: number): Promise<void> {
  for (let first = 1; first <= copies; first += BATCH) {
    const last = Math.min(copies, first + BATCH - 1)
    for (const sql of copying(store.kind, first, last))
      if (store.kind === 'sqlite') store.database.exec(sql)
      else await store.postgres.rows(sql)
  }
}

function copying(kind: Store['kind'], first: number, last: number): readonly string[] {
  const own = kind === 'sqlite' ? '' : 'parley.'
  const numbers =
    kind === 'sqlite'
      ? `(WITH RECURSIVE counted (nth) AS
          (SELECT ${first} UNION ALL SELECT nth + 1 FROM counted WHERE nth < ${last}) SELECT nth FROM counted)`
      : `(SELECT generate_series(${first}, ${last}) AS nth)`
  const named = (column: string) => `replace(${column}, '${TEMPLATE}', CAST(nth AS text))`
  const from = (table: string, name: string) =>
    `FROM ${own}${table} CROSS JOIN ${numbers} AS copy WHERE ${name} LIKE '%${TEMPLATE}%'`
  return [
    `INSERT INTO ${own}kv (ns, key, value) SELECT ns, ${named('key')}, ${named('value')} ${from('kv', 'key')}`,
    `INSERT INTO ${own}delivery (id, thread, sent_at, body, alone, done)
      SELECT ${named('id')}, ${named('thread')}, sent_at, body, alone, done ${from('delivery', 'thread')}`,
    `INSERT INTO ${own}turn (thread, attempt, done)
      SELECT ${named('thread')}, attempt, 1 ${from('turn', 'thread')}`,
    `INSERT INTO ${own}thread (id, open, ready) SELECT ${named('id')}, 0, ready ${from('thread', 'id')}`,
  ]
}
