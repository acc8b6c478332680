import type { Postgres } from './postgres.ts'
import { NewerStoreError } from './sqlite-schema.ts'

/**
 * Brings a database to the version of this program. Replicas that start together do it one after the other. All is
 * in a schema of its own, so that the database may hold other things.
 *
 * @throws NewerStoreError when a later Parley has written it.
 */
export async function migrate(postgres: Postgres): Promise<void> {
  await postgres.transaction(async (query) => {
    await query("SELECT pg_advisory_xact_lock(hashtextextended('parley/schema', 0))")
    const [{ server_encoding: encoding } = {}] = await query<{ server_encoding?: string }>(
      'SHOW server_encoding',
    )
    if (encoding !== 'UTF8') throw new Error(`the database keeps text as ${encoding}; Parley needs UTF8`)
    const [{ exists } = { exists: false }] = await query<{ exists: boolean }>(
      "SELECT to_regclass('parley.version') IS NOT NULL AS exists",
    )
    const [{ version } = { version: 0 }] = exists
      ? await query<{ version: number }>('SELECT version FROM parley.version')
      : []
    if (version > MIGRATIONS.length) throw new NewerStoreError(version, MIGRATIONS.length)
    if (version === MIGRATIONS.length) return
    for (const sql of MIGRATIONS.slice(version)) await query(sql)
    await query('UPDATE parley.version SET version = $1', [MIGRATIONS.length])
  })
}

/**
 * Never change one that was released; add another. Replicas of the version before go on meanwhile: an addition must
 * not break them.
 *
 * Keys are ordered by their bytes, as in the file of SQLite. Times of leases are the database's own: the clocks of
 * replicas differ.
 */
const MIGRATIONS: readonly string[] = [
  `CREATE SCHEMA IF NOT EXISTS parley;
  CREATE TABLE parley.version (version integer NOT NULL);
  INSERT INTO parley.version VALUES (0);
  CREATE TABLE parley.kv (
    ns text COLLATE "C" NOT NULL, key text COLLATE "C" NOT NULL, value text NOT NULL, expires bigint,
    PRIMARY KEY (ns, key));
  CREATE INDEX kv_expires ON parley.kv (expires) WHERE expires IS NOT NULL;
  CREATE TABLE parley.delivery (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id text COLLATE "C" NOT NULL UNIQUE,
    thread text COLLATE "C" NOT NULL,
    sent_at double precision NOT NULL,
    body text NOT NULL,
    alone boolean NOT NULL,
    turn bigint,
    done bigint);
  CREATE INDEX delivery_waiting ON parley.delivery (thread, sent_at, seq) WHERE turn IS NULL AND done IS NULL;
  CREATE INDEX delivery_undone ON parley.delivery (sent_at, seq) WHERE done IS NULL;
  CREATE INDEX delivery_turn ON parley.delivery (turn) WHERE turn IS NOT NULL;
  CREATE TABLE parley.turn (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    thread text COLLATE "C" NOT NULL,
    attempt integer NOT NULL,
    journal text,
    done bigint);
  CREATE UNIQUE INDEX turn_unfinished ON parley.turn (thread) WHERE done IS NULL;
  CREATE TABLE parley.thread (
    id text COLLATE "C" PRIMARY KEY,
    open integer NOT NULL,
    ready bigint NOT NULL,
    leased_until bigint NOT NULL DEFAULT 0,
    owner text,
    fence bigint NOT NULL DEFAULT 0);
  CREATE INDEX thread_ready ON parley.thread (leased_until, ready) WHERE open > 0;
  -- Of no worth after a crash of the server: who held one has lost its connection.
  CREATE UNLOGGED TABLE parley.lock (name text COLLATE "C" PRIMARY KEY, owner text NOT NULL, until bigint NOT NULL);
  CREATE FUNCTION parley.now_ms() RETURNS bigint LANGUAGE sql VOLATILE AS
    'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint';
  -- One round trip a claim. Not one statement: each of these must see what was committed before the thread was locked.
  CREATE FUNCTION parley.claim_turn(lease_ms bigint, worker text, most integer)
    RETURNS TABLE (turn bigint, thread text, fence bigint, attempt integer, journal text, deliveries json)
    LANGUAGE plpgsql AS $claim$
  #variable_conflict use_column
  DECLARE
    moment bigint := parley.now_ms();
    leased parley.thread;
    ours parley.turn;
  BEGIN
    SELECT * INTO leased FROM parley.thread WHERE open > 0 AND leased_until <= moment
      ORDER BY leased_until, ready LIMIT 1 FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN RETURN; END IF;
    UPDATE parley.thread SET leased_until = moment + lease_ms, owner = worker, fence = thread.fence + 1
      WHERE id = leased.id RETURNING * INTO leased;
    UPDATE parley.turn SET attempt = turn.attempt + 1 WHERE turn.thread = leased.id AND done IS NULL
      RETURNING * INTO ours;
    IF NOT FOUND THEN
      INSERT INTO parley.turn (thread, attempt) VALUES (leased.id, 1) RETURNING * INTO ours;
      -- What waits, up to the first that must be alone; or that one, when it is the first.
      WITH next AS (
        SELECT seq, row_number() OVER line AS nth, bool_or(alone) OVER line AS stop, alone
        FROM (SELECT * FROM parley.delivery WHERE delivery.thread = leased.id AND delivery.turn IS NULL
          AND done IS NULL ORDER BY sent_at, seq LIMIT most) AS waiting
        WINDOW line AS (ORDER BY sent_at, seq ROWS UNBOUNDED PRECEDING))
      UPDATE parley.delivery SET turn = ours.id
        WHERE seq IN (SELECT seq FROM next WHERE nth = 1 OR NOT stop);
    END IF;
    RETURN QUERY SELECT ours.id, leased.id, leased.fence, ours.attempt, ours.journal, (
      SELECT coalesce(json_agg(json_build_object(
        'id', d.id, 'thread', d.thread, 'sentAt', d.sent_at, 'body', d.body) ORDER BY d.sent_at, d.seq), '[]')
      FROM parley.delivery d WHERE d.turn = ours.id);
  END $claim$`,
  'ALTER TABLE parley.turn ADD COLUMN stop boolean NOT NULL DEFAULT false',
]
