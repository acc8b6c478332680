import type { Fault } from './contract.ts'

/** What goes wrong next, by method, in the order it was asked for. */
export class Faults {
  readonly #queued = new Map<string, Fault[]>()

  add(method: string, fault: Fault): void {
    this.#queued.set(method, [...(this.#queued.get(method) ?? []), fault])
  }

  take(method: string): Fault | undefined {
    return this.#queued.get(method)?.shift()
  }
}
