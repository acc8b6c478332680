/**
 * Turns: which questions are answered, when, and by whom. Rules T1, T2 and T3.
 *
 * The inbox is the durable part. A question is on disk before the platform is told that it arrived; its id is
 * unique, so a second delivery is seen as one; a thread is worked on under one lease at a time, with a fence number
 * that makes a late writer fail. This file is the port; `sqlite-inbox.ts` is the embedded implementation,
 * `postgres-inbox.ts` the one for replicas, and `turn-loop.ts` works the threads off.
 */

/** Long enough that a busy event loop renews in time, short enough that a dead process is not missed for long. */
export const LEASE_MS = 15_000

/** Somebody else works on the thread: whoever still does here has to leave it. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost'

  constructor() {
    super('another worker has taken this thread over')
  }
}

/** What is put in. The body is opaque here. */
export interface Delivery {
  /** Unique over all platforms. */
  readonly id: string
  /** `threadKey` of the thread it belongs to. */
  readonly thread: string
  /** Orders what waits in a thread; milliseconds since the epoch. */
  readonly sentAt: number
  readonly body: string
  /** True for what cannot be answered together with others: it gets a turn of its own, in its order. */
  readonly alone?: boolean
}

/** What is not done: the deliveries of one turn, or a single one that waits. */
export interface Unfinished {
  readonly waits: boolean
  readonly deliveries: readonly Delivery[]
  readonly journal: string | undefined
}

export interface Revision {
  /** New bodies by id. `undefined` takes a delivery out, if it still waits. */
  readonly bodies: ReadonlyMap<string, string | undefined>
  /** Left out: as it was. */
  readonly journal?: string
}

/** A turn that is ours to work on: everything that waited in one thread, under a lease. */
export interface Claim {
  readonly turn: number
  readonly thread: string
  /** Grows with every lease of the thread; writes under an older one are refused. */
  readonly fence: number
  /** 1 for the first try; more after a crash or a lost lease. */
  readonly attempt: number
  /** In the order they were sent. A retry has exactly the deliveries of the first try. */
  readonly deliveries: readonly Delivery[]
  /** What an earlier attempt noted, so that the retry resumes there. */
  readonly journal: string | undefined
  /** A person wanted it to end, and nobody did so: whoever held it was dead. */
  readonly stop?: true
}

/** A turn that somebody has begun and that is not done, whether or not anybody works on it now. */
export interface Begun {
  readonly turn: number
  readonly journal: string | undefined
}

/** `stop`: kept, and a person wants the turn to end. `lost`: another worker has taken the thread over. */
export type Renewal = 'kept' | 'stop' | 'lost'

export interface Inbox {
  /** Commits before it resolves. False when the id was accepted before. */
  put(delivery: Delivery): Promise<boolean>
  /** True when anything was ever put into the thread. */
  knows(thread: string): Promise<boolean>
  /** Where a delivery was put, also when it is done. */
  placeOf(id: string): Promise<Pick<Delivery, 'thread' | 'sentAt'> | undefined>
  /**
   * Changes what still waits, or takes it out when `change` gives nothing. False when a turn has it already, or when
   * it was never put in.
   */
  amend(id: string, change: (body: string) => string | undefined): Promise<boolean>
  /**
   * Goes through everything that is not done, in one commit (for rule S3). `change` gives nothing for what stays.
   * @returns the threads of turns that were changed while they may be under way.
   */
  revise(change: (unfinished: Unfinished) => Revision | undefined): Promise<readonly string[]>
  /** Takes a name that stands between colons out of all ids, also of what is done (for rule S3). */
  forgetInIds(name: string): Promise<number>
  /** True while somebody works on the thread. */
  isHeld(thread: string): Promise<boolean>
  /** The thread that waited longest and nobody holds, with all that waits in it. */
  claim(): Promise<Claim | undefined>
  /** Keeps the lease. */
  renew(claim: Claim): Promise<Renewal>
  /** The turn that was begun in the thread; there is one at most. */
  begun(thread: string): Promise<Begun | undefined>
  /**
   * Keeps that a person wants this turn to end, for whoever works on it now or next (rule T5). False when it is done.
   */
  askToStop(turn: number): Promise<boolean>
  /**
   * Remembers how far the turn got. False when fenced off.
   *
   * @param irretrievable it says what nobody could find out again, so it must survive a power cut as well.
   */
  note(claim: Claim, journal: string, irretrievable?: boolean): Promise<boolean>
  /** Ends the turn and frees the thread, in one commit. False when fenced off. */
  done(claim: Claim): Promise<boolean>
  /** Gives the thread back unfinished, for anyone to take at once. */
  release(claim: Claim): Promise<void>
  /** Frees what processes of this machine held when they died. To be called once, at the start (rule T3). */
  recover(): Promise<number>
  /** Questions that are accepted and not yet answered. */
  waiting(): Promise<number>
  /** For how long the oldest of what nobody works on has waited, milliseconds; 0 when nothing waits. */
  oldestWait(): Promise<number>
  /**
   * Tells when another process may have put something in or given something back, so that looking now and then is
   * not all that brings it on. @returns ends it.
   */
  watch(heard: () => void): () => void
}
