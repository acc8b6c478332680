import type { Platform } from '#adapters/platform.ts'
import type { Control } from '#core/delivery/surface.ts'
import type { Namespace } from '#core/store/namespaces.ts'

/**
 * One simulated platform with people on it, the same for every adapter: that is how parity is held.
 *
 * A scenario speaks to this only, so it cannot know which platform it runs on.
 */
export interface World {
  readonly name: string
  /** A fresh adapter wired to this simulated platform. Called again for a restart or a second start. */
  platform(store: Namespace): Promise<Platform>
  /** Parley's HTTP address, once it listens; platforms that deliver over HTTP send there from now on. */
  listening(url: string): void
  person(name: string): Person
  close(): Promise<void>
}

export interface Person {
  readonly id: string
  readonly name: string
  /** Begin a conversation as people do here: a mention in a channel, a new thread on the web. */
  ask(text: string): Promise<Conversation>
}

export interface Conversation {
  /** The question that began it. */
  readonly opening: Said
  /** A message in the thread, without a mention. */
  say(person: Person, text: string): Promise<Said>
  /** What a reader sees of the assistant in this thread now, oldest first, one entry a platform message. */
  shown(): Promise<readonly Shown[]>
  /** Resolves when `done` holds for what is shown; rejects after `withinMs` with what was shown instead. */
  until(done: (shown: readonly Shown[]) => boolean, withinMs?: number): Promise<readonly Shown[]>
  react(person: Person, message: Shown, emoji: string): Promise<void>
  unreact(person: Person, message: Shown, emoji: string): Promise<void>
  /**
   * Press what the assistant shows below a message; rejects when this control is not there to be pressed.
   * Given to the person's own view: a press that the platform refuses quietly (an outdated "again") resolves.
   */
  press(person: Person, message: Shown, control: Control): Promise<void>
  /** Change what one has said, as people do here. `said` is of this conversation. */
  edit(person: Person, said: Said, text: string): Promise<void>
  /** Delete what one has said, as people do here. */
  remove(person: Person, said: Said): Promise<void>
}

export interface Said {
  /** Deliver the same message again `times` times, in every way this platform does. */
  redeliver(times: number): Promise<void>
}

export interface Shown {
  readonly id: string
  /** As the model wrote it, as far as the platform keeps that. */
  readonly text: string
  /** False while the platform still shows it as being written. */
  readonly finished: boolean
}
