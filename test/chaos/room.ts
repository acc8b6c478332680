/** What the chaos suite needs of a simulated platform: threads in which people ask, and things that go wrong. */
import type { Draw } from '#core/feedback/seeded-draw.ts'

/** A question as it went its way. */
export interface Asked {
  /** The platform delivers it again. */
  redeliver(): Promise<void>
  /** When Parley was first told of it, and when it first acknowledged it; undefined when never, or not known. */
  times(): { readonly toldAt?: number | undefined; readonly takenAt?: number | undefined }
  /** How often Parley was told of it. */
  deliveries(): number
}

/** One thread, as the people in it see it. */
export interface Talk {
  /** The first one opens the thread. */
  ask(text: string): Promise<Asked>
  /** Whether follow-ups can be written: the thread is there, and Parley knows of it. */
  open(): boolean
  /** Messages of Parley, oldest first. */
  messages(): readonly string[]
  /** Some message looks as if more were to come. */
  unfinished(): boolean
  /** What the platform was asked for here, one line a call, with its time: to find out what went wrong. */
  trace(): readonly string[]
}

export interface Fault {
  readonly name: string
  /** How often it is drawn, beside the others. */
  readonly weight: number
  /** Resolves when it is over. */
  strike(draw: Draw): void | Promise<void>
}

export interface Room {
  /** Settings of Parley that bring it here. */
  readonly env: Readonly<Record<string, string>>
  talk(thread: number): Talk
  readonly faults: readonly Fault[]
  /** What was to go wrong and has not yet will not. */
  calm(): void
  close(): Promise<void>
}
