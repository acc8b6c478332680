import type { LanguageModel } from './model.ts'

/**
 * A model that cannot be named yet, because its server was not there when Parley started: each question looks again
 * until it is found, so that starting never waits for a server, and never fails because of one.
 *
 * @param label until it is found
 * @param find @throws ModelError when it is still not there: the turn reports it
 */
export function createLate(
  label: string,
  find: (signal: AbortSignal) => Promise<LanguageModel>,
): LanguageModel {
  let found: LanguageModel | undefined
  return {
    get label() {
      return found?.label ?? label
    },
    async *stream(prompt, options) {
      found ??= await find(options.signal)
      yield* found.stream(prompt, options)
    },
  }
}
