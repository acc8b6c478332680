import { createHash } from 'node:crypto'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Clock } from '#core/clock.ts'
import { requireFile, transaction, unsynced } from '#core/store/sqlite-adapter.ts'
import { migrate } from '#core/store/sqlite-schema.ts'
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
import { isDead, type Owner, thisProcess, writeOwner } from './owner.ts'

/** More at once than a prompt can use; the rest of a flood becomes the next turn. */
const DELIVERIES_PER_TURN = 50

interface TurnRow {
  readonly id: number
  readonly attempt: number
  readonly journal: string | null
  readonly stop: number
}

interface DeliveryRow {
  readonly id: string
  readonly thread: string
  readonly sent_at: number
  readonly body: string
}

/**
 * The inbox on the store's own SQLite file. Several processes of one machine may share it.
 *
 * Invariants: a delivery belongs to at most one turn; a thread has at most one unfinished turn and one live lease;
 * `thread.open` counts its deliveries that are not done.
 */
export class SqliteInbox implements Inbox {
  readonly #database: DatabaseSync
  readonly #clock: Clock
  readonly #owner: Owner
  /** Prepared once: preparing costs more than running. */
  readonly #sql: Readonly<Record<keyof typeof STATEMENTS, StatementSync>>

  /** @param owner who takes leases here; another than this process only in tests. */
  constructor(database: DatabaseSync, clock: Clock, owner: Owner = thisProcess) {
    this.#database = database
    this.#clock = clock
    this.#owner = owner
    migrate(database)
    const prepared = Object.entries(STATEMENTS).map(([name, sql]) => [name, database.prepare(sql)])
    this.#sql = Object.fromEntries(prepared)
  }

  async put({ id, thread, sentAt, body, alone = false }: Delivery): Promise<boolean> {
    // What is taken in now would end with the process (rule T1).
    requireFile(this.#database)
    return transaction(this.#database, () => {
      const fresh = this.#sql.insert.run(id, thread, sentAt, body, alone ? 1 : 0).changes > 0
      if (fresh) this.#sql.wake.run(thread, this.#clock.now())
      return fresh
    })
  }

  async knows(thread: string): Promise<boolean> {
    return this.#sql.known.get(thread) !== undefined
  }

  async placeOf(id: string): Promise<Pick<Delivery, 'thread' | 'sentAt'> | undefined> {
    const row = this.#sql.find.get(id) as { thread: string; sent_at: number } | undefined
    return row === undefined ? undefined : { thread: row.thread, sentAt: row.sent_at }
  }

  async amend(id: string, change: (body: string) => string | undefined): Promise<boolean> {
    return transaction(this.#database, () => {
      const row = this.#sql.waits.get(id) as { body: string; thread: string } | undefined
      if (row === undefined) return false
      const body = change(row.body)
      if (body !== undefined) return this.#sql.amend.run(body, id).changes > 0
      this.#sql.withdraw.run(this.#clock.now(), id)
      this.#sql.fewer.run(row.thread)
      return true
    })
  }

  async revise(change: (unfinished: Unfinished) => Revision | undefined): Promise<readonly string[]> {
    return transaction(this.#database, () => {
      const rows = this.#sql.undone.all() as unknown as (DeliveryRow & {
        turn: number | null
        journal: string | null
      })[]
      // What waits stands alone: which of it becomes one turn is not known yet.
      const groups = Map.groupBy(rows, ({ turn, id }) => turn ?? id)
      return [...groups.values()].flatMap((group) => {
        const [first] = group
        if (first === undefined) return []
        const revision = change({
          waits: first.turn === null,
          deliveries: group.map(({ id, thread, sent_at: sentAt, body }) => ({ id, thread, sentAt, body })),
          journal: first.journal ?? undefined,
        })
        if (revision === undefined) return []
        for (const [id, body] of revision.bodies) this.#rewrite(id, body, first)
        if (revision.journal !== undefined) this.#sql.rejournal.run(revision.journal, first.turn)
        return first.turn === null ? [] : [first.thread]
      })
    })
  }

  #rewrite(
    id: string,
    body: string | undefined,
    { turn, thread }: { turn: number | null; thread: string },
  ): void {
    if (body !== undefined) this.#sql.amend.run(body, id)
    else if (turn === null) {
      this.#sql.withdraw.run(this.#clock.now(), id)
      this.#sql.fewer.run(thread)
    }
  }

  async forgetInIds(name: string): Promise<number> {
    return transaction(this.#database, () => {
      const rows = this.#sql.named.all(name) as unknown as { id: string }[]
      const found = rows.filter(({ id }) => id.split(':').includes(name))
      for (const { id } of found) {
        // Still one id for one delivery, and nobody gets back from it.
        const digest = createHash('sha256').update(id).digest('hex')
        this.#sql.rename.run(`erased:${digest}`, id)
      }
      return found.length
    })
  }

  async isHeld(thread: string): Promise<boolean> {
    return this.#sql.held.get(thread, this.#clock.now()) !== undefined
  }

  async claim(): Promise<Claim | undefined> {
    const now = this.#clock.now()
    // A cheap look first: the poll of an idle process must not take the write lock.
    if (this.#sql.anyReady.get(now) === undefined) return undefined
    return this.#step(() => {
      const lease = this.#sql.lease.get(now + LEASE_MS, writeOwner(this.#owner), now) as
        | { id: string; fence: number }
        | undefined
      if (lease === undefined) return undefined
      const turn = (this.#sql.resume.get(lease.id) ?? this.#sql.begin.get(lease.id)) as unknown as TurnRow
      if (turn.attempt === 1) this.#assign(turn.id, lease.id)
      const rows = this.#sql.deliveries.all(turn.id) as unknown as DeliveryRow[]
      return {
        turn: turn.id,
        thread: lease.id,
        fence: lease.fence,
        attempt: turn.attempt,
        deliveries: rows.map(({ sent_at, ...row }) => ({ ...row, sentAt: sent_at })),
        journal: turn.journal ?? undefined,
        ...(turn.stop === 1 && { stop: true }),
      }
    })
  }

  /** A turn is what waits, up to the first that must be alone; or that one, when it is the first. */
  #assign(turn: number, thread: string): void {
    const waiting = this.#sql.next.all(thread, DELIVERIES_PER_TURN) as unknown as {
      seq: number
      alone: number
    }[]
    const stop = waiting.findIndex(({ alone }) => alone === 1)
    const together = stop === -1 ? waiting : waiting.slice(0, Math.max(1, stop))
    this.#sql.assign.run(turn, JSON.stringify(together.map(({ seq }) => seq)))
  }

  async renew({ turn, thread, fence }: Claim): Promise<Renewal> {
    return this.#step(() => {
      if (this.#sql.renew.run(this.#clock.now() + LEASE_MS, thread, fence).changes === 0) return 'lost'
      return this.#sql.unstopped.get(turn) === undefined ? 'stop' : 'kept'
    })
  }

  async begun(thread: string): Promise<Begun | undefined> {
    const row = this.#sql.begun.get(thread) as Pick<TurnRow, 'id' | 'journal'> | undefined
    return row === undefined ? undefined : { turn: row.id, journal: row.journal ?? undefined }
  }

  async askToStop(turn: number): Promise<boolean> {
    return this.#sql.askToStop.run(turn).changes > 0
  }

  async note({ turn, thread, fence }: Claim, journal: string, irretrievable = false): Promise<boolean> {
    const note = () => this.#sql.note.run(journal, turn, thread, fence).changes > 0
    return irretrievable ? note() : this.#step(note)
  }

  async done(claim: Claim): Promise<boolean> {
    const { turn, thread, fence, deliveries } = claim
    const now = this.#clock.now()
    return this.#step(() => {
      const ours = this.#sql.free.run(deliveries.length, now, thread, fence).changes > 0
      if (!ours) return false
      this.#sql.finish.run(now, turn)
      this.#sql.close.run(now, turn)
      return true
    })
  }

  async release({ thread, fence }: Claim): Promise<void> {
    this.#step(() => this.#sql.free.run(0, this.#clock.now(), thread, fence))
  }

  /** Of a turn's own: what a power cut takes of them, the next attempt does again. What is put in waits for the disk. */
  #step<T>(work: () => T): T {
    return unsynced(this.#database, () => transaction(this.#database, work))
  }

  async recover(): Promise<number> {
    const rows = this.#sql.holders.all(this.#clock.now()) as unknown as { owner: string }[]
    const dead = rows.filter(({ owner }) => isDead(owner, this.#owner))
    return dead.reduce((freed, { owner }) => freed + Number(this.#sql.bury.run(owner).changes), 0)
  }

  async waiting(): Promise<number> {
    const row = this.#sql.waiting.get() as { open: number | null } | undefined
    return row?.open ?? 0
  }

  async oldestWait(): Promise<number> {
    const now = this.#clock.now()
    const row = this.#sql.oldest.get(now) as { ready: number | null } | undefined
    return row?.ready == null ? 0 : Math.max(0, now - row.ready)
  }

  /** Other processes of this machine are few; looking every second finds what they leave. */
  watch(): () => void {
    return () => {}
  }
}

const STATEMENTS = {
  insert: `INSERT INTO delivery (id, thread, sent_at, body, alone) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (id) DO NOTHING`,
  find: 'SELECT thread, sent_at FROM delivery WHERE id = ?',
  waits: 'SELECT thread, body FROM delivery WHERE id = ? AND turn IS NULL AND done IS NULL',
  amend: 'UPDATE delivery SET body = ? WHERE id = ?',
  withdraw: "UPDATE delivery SET done = ?, body = '' WHERE id = ?",
  fewer: 'UPDATE thread SET open = open - 1 WHERE id = ?',
  undone: `SELECT delivery.id, delivery.thread, sent_at, body, turn, turn.journal FROM delivery
    LEFT JOIN turn ON turn.id = delivery.turn WHERE delivery.done IS NULL ORDER BY sent_at, seq`,
  rejournal: 'UPDATE turn SET journal = ? WHERE id = ?',
  named: 'SELECT id FROM delivery WHERE instr(id, ?) > 0',
  rename: 'UPDATE delivery SET id = ? WHERE id = ?',
  held: 'SELECT 1 FROM thread WHERE id = ? AND leased_until > ? AND open > 0',
  wake: `INSERT INTO thread (id, open, ready) VALUES (?, 1, ?)
    ON CONFLICT (id) DO UPDATE SET open = open + 1, ready = iif(open = 0, excluded.ready, ready)`,
  known: 'SELECT 1 FROM thread WHERE id = ?',
  anyReady: 'SELECT 1 FROM thread WHERE open > 0 AND leased_until <= ? LIMIT 1',
  holders: 'SELECT DISTINCT owner FROM thread WHERE leased_until > ? AND open > 0 AND owner IS NOT NULL',
  bury: 'UPDATE thread SET leased_until = 0 WHERE owner = ?',
  lease: `UPDATE thread SET leased_until = ?, owner = ?, fence = fence + 1 WHERE id =
    (SELECT id FROM thread WHERE open > 0 AND leased_until <= ? ORDER BY leased_until, ready LIMIT 1) RETURNING id, fence`,
  resume: `UPDATE turn SET attempt = attempt + 1 WHERE id =
    (SELECT id FROM turn WHERE thread = ? AND done IS NULL) RETURNING id, attempt, journal, stop`,
  begin: 'INSERT INTO turn (thread, attempt) VALUES (?, 1) RETURNING id, attempt, journal, stop',
  next: `SELECT seq, alone FROM delivery WHERE thread = ? AND turn IS NULL AND done IS NULL
    ORDER BY sent_at, seq LIMIT ?`,
  assign: 'UPDATE delivery SET turn = ? WHERE seq IN (SELECT value FROM json_each(?))',
  deliveries: 'SELECT id, thread, sent_at, body FROM delivery WHERE turn = ? ORDER BY sent_at, seq',
  renew: 'UPDATE thread SET leased_until = ? WHERE id = ? AND fence = ?',
  unstopped: 'SELECT 1 FROM turn WHERE id = ? AND stop = 0',
  begun: 'SELECT id, journal FROM turn WHERE thread = ? AND done IS NULL',
  askToStop: 'UPDATE turn SET stop = 1 WHERE id = ? AND done IS NULL',
  note: `UPDATE turn SET journal = ? WHERE id = ?
    AND EXISTS (SELECT 1 FROM thread WHERE thread.id = ? AND fence = ?)`,
  free: 'UPDATE thread SET open = open - ?, leased_until = 0, ready = ? WHERE id = ? AND fence = ?',
  // What is done needs only its id, to be known again: the transcript has the words, and they can be deleted there.
  finish: 'UPDATE turn SET done = ?, journal = NULL WHERE id = ?',
  close: "UPDATE delivery SET done = ?, body = '' WHERE turn = ?",
  waiting: 'SELECT sum(open) AS open FROM thread WHERE open > 0',
  oldest: 'SELECT min(max(ready, leased_until)) AS ready FROM thread WHERE open > 0 AND leased_until <= ?',
} as const
