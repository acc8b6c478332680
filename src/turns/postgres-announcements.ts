import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import { z } from 'zod'
import type { Clock } from '#core/clock.ts'
import type { Postgres } from '#core/store/postgres.ts'
import { ANSWER_MS, type Announcements, type Heard, mustFit } from './announcements.ts'

/** PostgreSQL has one such name for all schemas of a database. */
const CHANNEL = 'parley_announcements'

/** Something said, perhaps with a name under which an answer is awaited; or such an answer, which is always yes. */
const NOTICE = z.union([
  z.object({ said: z.string(), ask: z.string().optional() }),
  z.object({ yes: z.string() }),
])

type Notice = z.infer<typeof NOTICE>

/** Between replicas, by NOTIFY. */
export class PostgresAnnouncements implements Announcements {
  readonly #postgres: Postgres
  readonly #clock: Clock
  readonly #log: Logger
  /** Questions of ours that nobody has answered yet. */
  readonly #asked = new Map<string, () => void>()

  constructor(postgres: Postgres, clock: Clock, log: Logger) {
    this.#postgres = postgres
    this.#clock = clock
    this.#log = log
  }

  async tell(said: string): Promise<void> {
    mustFit(said)
    await this.#notify({ said })
  }

  async ask(said: string): Promise<boolean> {
    mustFit(said)
    const ask = randomUUID()
    const answered = new AbortController()
    this.#asked.set(ask, () => answered.abort())
    const silence = this.#clock.sleep(ANSWER_MS, answered.signal).catch(() => {})
    try {
      await this.#notify({ said, ask })
      await silence
      return answered.signal.aborted
    } finally {
      this.#asked.delete(ask)
      answered.abort()
    }
  }

  listen(heard: Heard): () => void {
    return this.#postgres.listen(CHANNEL, (payload) => {
      const notice = readNotice(payload)
      if (notice === undefined) return
      if ('yes' in notice) return this.#asked.get(notice.yes)?.()
      const isOurs = heard(notice.said)
      if (!isOurs || notice.ask === undefined) return
      this.#notify({ yes: notice.ask }).catch((error: unknown) =>
        this.#log.warn({ err: error }, 'another replica was not told that it was done'),
      )
    })
  }

  async #notify(notice: Notice): Promise<void> {
    await this.#postgres.rows('SELECT pg_notify($1, $2)', [CHANNEL, JSON.stringify(notice)])
  }
}

/** Whoever may use the database can say anything there, and another version of Parley says what this one does not know. */
function readNotice(payload: string): Notice | undefined {
  try {
    return NOTICE.safeParse(JSON.parse(payload)).data
  } catch {
    return undefined
  }
}
