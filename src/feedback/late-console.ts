import { openedOnce } from '#core/opened-once.ts'
import type { ConsoleDesk } from './console-desk.ts'

/**
 * A trainer console that is loaded by the first who writes there: a start, and a Parley without a web workspace, need
 * nothing of it.
 */
export function lateConsole(load: () => Promise<ConsoleDesk>): ConsoleDesk {
  const desk = openedOnce(load)
  return {
    own: async (...given) => (await desk()).own(...given),
    waiting: async (...given) => (await desk()).waiting(...given),
    open: async (...given) => (await desk()).open(...given),
    begin: async (...given) => (await desk()).begin(...given),
    save: async (...given) => (await desk()).save(...given),
    remove: async (...given) => (await desk()).remove(...given),
    submit: async (...given) => (await desk()).submit(...given),
    reopen: async (...given) => (await desk()).reopen(...given),
    review: async (...given) => (await desk()).review(...given),
    version: async (...given) => (await desk()).version(...given),
    suggest: async function* (...given) {
      yield* (await desk()).suggest(...given)
    },
  }
}
