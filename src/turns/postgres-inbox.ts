import { createHash } from 'node:crypto'
import type { Postgres, Query } from '#core/store/postgres.ts'
import {
  type Begun,
  type Claim,
  type Delivery,
  type Inbox,
  LEASE_MS,
  type Renewal,
  type Revision,
  type Unfinished,
} from './inbox.ts'
import { isDead, type Owner, thisProcessAmongReplicas, writeOwner } from './owner.ts'

/** More at once than a prompt can use; the rest of a flood becomes the next turn. */
const DELIVERIES_PER_TURN = 50
const CHANNEL = 'parley_turns'

type UndoneRow = Delivery & { readonly turn: number | null; readonly journal: string | null }

/**
 * The inbox in PostgreSQL, for any number of replicas. One statement a call, but for what a person changes.
 *
 * Invariants: those of `SqliteInbox`; whoever changes what waits in a thread or which turn it has, locks the
 * thread's row first. Leases end by the database's clock.
 */
export class PostgresInbox implements Inbox {
  readonly #postgres: Postgres
  readonly #owner: Owner

  /** @param owner who takes leases here; another than this process only in tests. */
  constructor(postgres: Postgres, owner: Owner = thisProcessAmongReplicas) {
    this.#postgres = postgres
    this.#owner = owner
  }

  async put({ id, thread, sentAt, body, alone = false }: Delivery): Promise<boolean> {
    const fresh = await this.#hits(SQL.put, [id, thread, sentAt, body, alone])
    if (fresh) this.#announce()
    return fresh
  }

  async knows(thread: string): Promise<boolean> {
    return this.#hits(SQL.known, [thread])
  }

  async placeOf(id: string): Promise<Pick<Delivery, 'thread' | 'sentAt'> | undefined> {
    const [row] = await this.#postgres.rows<Pick<Delivery, 'thread' | 'sentAt'>>(SQL.find, [id])
    return row
  }

  async amend(id: string, change: (body: string) => string | undefined): Promise<boolean> {
    return this.#postgres.transaction(async (query) => {
      await query(SQL.lockThreadOf, [id])
      const [row] = await query<{ body: string }>(SQL.waits, [id])
      if (row === undefined) return false
      await rewrite(query, id, change(row.body), true)
      return true
    })
  }

  async revise(change: (unfinished: Unfinished) => Revision | undefined): Promise<readonly string[]> {
    return this.#postgres.transaction(async (query) => {
      await query(SQL.lockAll)
      // What waits stands alone: which of it becomes one turn is not known yet.
      const groups = Map.groupBy(await query<UndoneRow>(SQL.undone), ({ turn, id }) => turn ?? id)
      const busy: string[] = []
      for (const group of groups.values()) {
        const [{ thread, turn, journal } = NO_ROW] = group
        const waits = turn === null
        const deliveries = group.map(({ id, sentAt, body }) => ({ id, thread, sentAt, body }))
        const revision = change({ waits, deliveries, journal: journal ?? undefined })
        if (revision === undefined) continue
        for (const [id, body] of revision.bodies) await rewrite(query, id, body, waits)
        if (revision.journal !== undefined) await query(SQL.rejournal, [revision.journal, turn])
        if (!waits) busy.push(thread)
      }
      return busy
    })
  }

  async forgetInIds(name: string): Promise<number> {
    return this.#postgres.transaction(async (query) => {
      const rows = await query<{ id: string }>(SQL.named, [name])
      const found = rows.filter(({ id }) => id.split(':').includes(name))
      for (const { id } of found) {
        // Still one id for one delivery, and nobody gets back from it.
        const digest = createHash('sha256').update(id).digest('hex')
        await query(SQL.rename, [`erased:${digest}`, id])
      }
      return found.length
    })
  }

  async isHeld(thread: string): Promise<boolean> {
    return this.#hits(SQL.held, [thread])
  }

  async claim(): Promise<Claim | undefined> {
    const [row] = await this.#postgres.rows<Omit<Claim, 'journal'> & { readonly journal: string | null }>(
      SQL.claim,
      [LEASE_MS, writeOwner(this.#owner), DELIVERIES_PER_TURN],
    )
    if (row === undefined) return undefined
    // Nobody can have asked for a stop of what nobody had begun.
    const stop = row.attempt > 1 && (await this.#hits(SQL.stopped, [row.turn]))
    return { ...row, journal: row.journal ?? undefined, ...(stop && { stop }) }
  }

  async renew({ turn, thread, fence }: Claim): Promise<Renewal> {
    const [row] = await this.#postgres.rows<{ stop: boolean }>(SQL.renew, [thread, fence, LEASE_MS, turn])
    if (row === undefined) return 'lost'
    return row.stop ? 'stop' : 'kept'
  }

  async begun(thread: string): Promise<Begun | undefined> {
    const [row] = await this.#postgres.rows<{ turn: number; journal: string | null }>(SQL.begun, [thread])
    return row === undefined ? undefined : { turn: row.turn, journal: row.journal ?? undefined }
  }

  async askToStop(turn: number): Promise<boolean> {
    return this.#hits(SQL.askToStop, [turn])
  }

  async note({ turn, thread, fence }: Claim, journal: string): Promise<boolean> {
    return this.#hits(SQL.note, [thread, fence, turn, journal])
  }

  async done({ turn, thread, fence, deliveries }: Claim): Promise<boolean> {
    return this.#hits(SQL.done, [thread, fence, turn, deliveries.length])
  }

  async release({ thread, fence }: Claim): Promise<void> {
    await this.#postgres.rows(SQL.free, [thread, fence])
    this.#announce()
  }

  async recover(): Promise<number> {
    const rows = await this.#postgres.rows<{ owner: string }>(SQL.holders)
    const dead = rows.map(({ owner }) => owner).filter((owner) => isDead(owner, this.#owner))
    if (dead.length === 0) return 0
    return (await this.#postgres.rows(SQL.bury, [dead])).length
  }

  async waiting(): Promise<number> {
    const [row] = await this.#postgres.rows<{ open: number }>(SQL.waiting)
    return row?.open ?? 0
  }

  async oldestWait(): Promise<number> {
    const [row] = await this.#postgres.rows<{ ms: number | null }>(SQL.oldest)
    return Math.max(0, row?.ms ?? 0)
  }

  watch(heard: () => void): () => void {
    return this.#postgres.listen(CHANNEL, (from) => {
      if (from !== this.#owner.life) heard()
    })
  }

  #announce(): void {
    this.#postgres.announce(CHANNEL, this.#owner.life)
  }

  async #hits(sql: string, values: readonly unknown[]): Promise<boolean> {
    return (await this.#postgres.rows(sql, values)).length > 0
  }
}

const NO_ROW = { thread: '', turn: null, journal: null }

async function rewrite(query: Query, id: string, body: string | undefined, waits: boolean): Promise<void> {
  if (body !== undefined) await query(SQL.amend, [body, id])
  else if (waits) await query(SQL.withdraw, [id])
}

const SQL = {
  put: `WITH fresh AS (INSERT INTO parley.delivery (id, thread, sent_at, body, alone) VALUES ($1, $2, $3, $4, $5)
      ON CONFLICT (id) DO NOTHING RETURNING thread)
    INSERT INTO parley.thread AS t (id, open, ready) SELECT thread, 1, parley.now_ms() FROM fresh
    ON CONFLICT (id) DO UPDATE SET open = t.open + 1,
      ready = CASE WHEN t.open = 0 THEN excluded.ready ELSE t.ready END
    RETURNING 1`,
  known: 'SELECT 1 FROM parley.thread WHERE id = $1',
  find: 'SELECT thread, sent_at AS "sentAt" FROM parley.delivery WHERE id = $1',
  lockThreadOf: `SELECT 1 FROM parley.thread
    WHERE id = (SELECT thread FROM parley.delivery WHERE id = $1) FOR UPDATE`,
  lockAll: 'SELECT 1 FROM parley.thread WHERE open > 0 ORDER BY id FOR UPDATE',
  waits: 'SELECT body FROM parley.delivery WHERE id = $1 AND turn IS NULL AND done IS NULL',
  amend: 'UPDATE parley.delivery SET body = $1 WHERE id = $2',
  withdraw: `WITH gone AS (UPDATE parley.delivery SET done = parley.now_ms(), body = '' WHERE id = $1
      RETURNING thread)
    UPDATE parley.thread SET open = open - 1 WHERE id = (SELECT thread FROM gone)`,
  undone: `SELECT d.id, d.thread, d.sent_at AS "sentAt", d.body, d.turn, t.journal FROM parley.delivery d
    LEFT JOIN parley.turn t ON t.id = d.turn WHERE d.done IS NULL ORDER BY d.sent_at, d.seq`,
  rejournal: 'UPDATE parley.turn SET journal = $1 WHERE id = $2',
  named: 'SELECT id FROM parley.delivery WHERE strpos(id, $1) > 0 ORDER BY id FOR UPDATE',
  rename: 'UPDATE parley.delivery SET id = $1 WHERE id = $2',
  held: 'SELECT 1 FROM parley.thread WHERE id = $1 AND leased_until > parley.now_ms() AND open > 0',
  claim: 'SELECT * FROM parley.claim_turn($1, $2, $3)',
  renew: `UPDATE parley.thread SET leased_until = parley.now_ms() + $3::bigint WHERE id = $1 AND fence = $2
    RETURNING EXISTS (SELECT 1 FROM parley.turn WHERE id = $4 AND stop) AS stop`,
  stopped: 'SELECT 1 FROM parley.turn WHERE id = $1 AND stop',
  begun: 'SELECT id AS turn, journal FROM parley.turn WHERE thread = $1 AND done IS NULL',
  askToStop: 'UPDATE parley.turn SET stop = true WHERE id = $1 AND done IS NULL RETURNING 1',
  // Locked, so that it cannot change hands between the look at the fence and the write.
  note: `WITH ours AS (SELECT 1 FROM parley.thread WHERE id = $1 AND fence = $2 FOR SHARE)
    UPDATE parley.turn SET journal = $4 WHERE id = $3 AND EXISTS (SELECT 1 FROM ours) RETURNING 1`,
  // What is done needs only its id, to be known again: the transcript has the words, and they can be deleted there.
  done: `WITH freed AS (
      UPDATE parley.thread SET open = open - $4::integer, leased_until = 0, ready = parley.now_ms()
      WHERE id = $1 AND fence = $2 RETURNING 1),
    closed AS (
      UPDATE parley.delivery SET done = parley.now_ms(), body = ''
      WHERE turn = $3 AND EXISTS (SELECT 1 FROM freed))
    UPDATE parley.turn SET done = parley.now_ms(), journal = NULL
    WHERE id = $3 AND EXISTS (SELECT 1 FROM freed) RETURNING 1`,
  free: 'UPDATE parley.thread SET leased_until = 0, ready = parley.now_ms() WHERE id = $1 AND fence = $2',
  holders: `SELECT DISTINCT owner FROM parley.thread
    WHERE open > 0 AND leased_until > parley.now_ms() AND owner IS NOT NULL`,
  bury: 'UPDATE parley.thread SET leased_until = 0 WHERE owner = ANY($1::text[]) AND open > 0 RETURNING 1',
  oldest: `SELECT parley.now_ms() - min(greatest(ready, leased_until)) AS ms FROM parley.thread
    WHERE open > 0 AND leased_until <= parley.now_ms()`,
  waiting: 'SELECT coalesce(sum(open), 0)::bigint AS open FROM parley.thread WHERE open > 0',
} as const
