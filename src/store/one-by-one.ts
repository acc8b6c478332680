import type { Namespace } from './namespaces.ts'

/**
 * Work on one thing at a time: what reads a record and writes it back never meets another that does, in this process
 * or in another replica on the same store. Keyv has no compare-and-set.
 */
export class OneByOne {
  readonly #namespace: Namespace
  readonly #purpose: string

  /** @param purpose what is done one by one; the same word in every replica, and another for other work. */
  constructor(namespace: Namespace, purpose: string) {
    this.#namespace = namespace
    this.#purpose = purpose
  }

  /** @param name the thing. Work on others goes on meanwhile. */
  async run<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    return this.#namespace.exclusively(`${this.#purpose}/${name}`, work)
  }
}
