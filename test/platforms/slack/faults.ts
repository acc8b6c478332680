import type { Fault } from './contract.ts'

/** What goes wrong next, by method, in the order it was asked for. */
export class Faults {
  readonly #queued: {
    readonly method: string
    readonly fault: Fault
    readonly channel: string | undefined
  }[] = []

  add(method: string, fault: Fault, channel: string | undefined): void {
    this.#queued.push({ method, fault, channel })
  }

  /** What was asked for and has not happened will not. */
  clear(): void {
    this.#queued.length = 0
  }

  take(method: string, channel: unknown): Fault | undefined {
    const index = this.#queued.findIndex(
      (next) => next.method === method && (next.channel === undefined || next.channel === channel),
    )
    return index < 0 ? undefined : this.#queued.splice(index, 1)[0]?.fault
  }
}
