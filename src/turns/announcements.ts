/**
 * What processes on one store say to each other at once about turns, such as "stop this reply" (rules T2, T5, T6).
 *
 * Nothing of it is kept: what must not get lost is in the inbox. With the embedded store all turns are worked on in
 * one process, so its own listeners are all there are; replicas hear each other by NOTIFY of PostgreSQL
 * (`postgres-announcements.ts`). Opened by `open-announcements.ts`.
 */
/** @returns whether what was said concerned something of ours: the answer to whoever asked. Must not throw. */
export type Heard = (said: string) => boolean

export interface Announcements {
  /**
   * Says it to all who listen at this moment, those of this process included. Resolves once it is on its way.
   *
   * @param said at most `MOST_BYTES`, as JSON writes it.
   * @throws Error when it is longer, or the store does not answer.
   */
  tell(said: string): Promise<void>
  /**
   * The same, and resolves true as soon as one of them says that it concerned something of theirs; false when nobody
   * did within `ANSWER_MS`. Answers are heard by those who listen.
   */
  ask(said: string): Promise<boolean>
  /** @returns ends it. */
  listen(heard: Heard): () => void
}

/** A bound of NOTIFY, with room for what goes around it. */
export const MOST_BYTES = 7_000

/** An answer takes two notifications, a few milliseconds; a press on Stop is acknowledged within three seconds. */
export const ANSWER_MS = 1_000

/** Within one process: everybody has heard when the call resolves. */
export class LocalAnnouncements implements Announcements {
  readonly #listeners = new Set<{ readonly heard: Heard }>()

  async tell(said: string): Promise<void> {
    await this.ask(said)
  }

  async ask(said: string): Promise<boolean> {
    mustFit(said)
    // Everybody hears it, also behind one who says yes.
    return [...this.#listeners].map(({ heard }) => heard(said)).includes(true)
  }

  listen(heard: Heard): () => void {
    const listener = { heard }
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }
}

/** @throws Error when it is too long to be said. */
export function mustFit(said: string): void {
  const bytes = Buffer.byteLength(JSON.stringify(said))
  if (bytes > MOST_BYTES)
    throw new Error(`an announcement of ${bytes} bytes; at most ${MOST_BYTES} can be said`)
}
