import type { Keyv } from 'keyv'
import type { SystemPrompt } from './system-prompt.ts'

/**
 * The words of every system prompt that was ever in use, by version: a reply is judged, and learnt from, with exactly
 * the prompt of its time (rules F4, M5).
 */
export class SystemPrompts {
  readonly #keyv: Keyv
  readonly #current: SystemPrompt

  private constructor(keyv: Keyv, current: SystemPrompt) {
    this.#keyv = keyv
    this.#current = current
  }

  /** To be opened before the first reply is written: the words are on disk before anything refers to them. */
  static async open(keyv: Keyv, current: SystemPrompt): Promise<SystemPrompts> {
    await keyv.set(current.version, current.text)
    return new SystemPrompts(keyv, current)
  }

  /** Undefined for a version that was in use before Parley kept their words. */
  async textOf(version: string): Promise<string | undefined> {
    return version === this.#current.version ? this.#current.text : this.#keyv.get<string>(version)
  }
}
