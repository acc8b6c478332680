/** A person pressed good or bad below a reply. What adapters hand to the ledger. */
export interface Vote {
  /** The same for every delivery of one press, so that a redelivered one is recorded once (rule F1). */
  readonly id: string
  /** The reply that the pressed button named. */
  readonly reply: string
  readonly platform: string
  /** The platform's id of the person. */
  readonly rater: string
  readonly value: 'good' | 'bad'
  /** Milliseconds since the epoch. */
  readonly at: number
}
