import { openedOnce } from '#core/opened-once.ts'
import type { PrivacyDesk } from './privacy-desk.ts'

/** What people may ask about themselves, loaded by the first who does. */
export function latePrivacy(load: () => Promise<PrivacyDesk>): PrivacyDesk {
  const desk = openedOnce(load)
  return {
    view: async (person) => (await desk()).view(person),
    export: async function* (person) {
      yield* (await desk()).export(person)
    },
    erase: async (...given) => (await desk()).erase(...given),
    consent: async (...given) => (await desk()).consent(...given),
  }
}
