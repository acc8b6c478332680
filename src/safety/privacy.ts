import type { PrivacyDesk } from './privacy-desk.ts'

/** View, export, erase, consent. */
export function createPrivacy(): PrivacyDesk {
  return {
    view: async () => ({ consent: { training: false, since: undefined }, kept: [] }),
    export: async function* () {},
    erase: async () => 0,
    consent: async () => {},
  }
}
