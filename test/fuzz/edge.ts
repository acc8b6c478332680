/**
 * Where something comes in from outside. A case is plain data, so that it can be printed, shrunk and tried again; the
 * edge hands it over and says what is wrong with how it was taken (rule S6).
 */
import type * as fc from 'fast-check'

export interface Edge {
  readonly name: string
  /** Of all cases, relative to the other edges. */
  readonly share: number
  open(): Promise<OpenEdge>
}

export interface OpenEdge<Case = unknown> extends AsyncDisposable {
  /** Nothing about these is right: none may leave a trace. */
  readonly invalid: fc.Arbitrary<Case>
  /** Of these some may be right by accident. */
  readonly wild: fc.Arbitrary<Case>
  /** @throws Error when a rule is broken. */
  take(given: Case): Promise<void>
  /** What is kept here, where anything is. */
  readonly state?: KeptState
}

export interface KeptState {
  /** Goes up with every row that is written. */
  changes(): number
  /** A digest of every row of every namespace and table. */
  kept(): string
  /** Resolves when nothing is written any more. */
  rest(): Promise<void>
}

/** An edge of one kind of case, as one of many. */
export const edge = <Case>(name: string, share: number, open: () => Promise<OpenEdge<Case>>): Edge => ({
  name,
  share,
  open: async () => {
    const opened = await open()
    return {
      ...opened,
      invalid: opened.invalid,
      wild: opened.wild,
      take: (given) => opened.take(given as Case),
      [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
    }
  },
})
