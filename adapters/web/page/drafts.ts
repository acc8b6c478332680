/** Text that was not sent yet, kept through reloads. A place is a thread's id, or `new:<channel>`. */
export interface Draft {
  readonly text: string
  /** Set when sending it was tried: the same text goes with the same key, so that it is one question. */
  readonly key?: string
}

const EMPTY: Draft = { text: '' }
const nameOf = (place: string): string => `parley.draft.${place}`

export function readDraft(place: string): Draft {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(nameOf(place)) ?? 'null')
    if (typeof kept !== 'object' || kept === null || !('text' in kept) || typeof kept.text !== 'string')
      return EMPTY
    return 'key' in kept && typeof kept.key === 'string'
      ? { text: kept.text, key: kept.key }
      : { text: kept.text }
  } catch {
    return EMPTY // Storage is switched off or holds something else: there is no draft.
  }
}

export function keepDraft(place: string, draft: Draft): void {
  try {
    if (draft.text === '') localStorage.removeItem(nameOf(place))
    else localStorage.setItem(nameOf(place), JSON.stringify(draft))
  } catch {
    // Storage is full or switched off: the text lives in the field alone.
  }
}

/** `crypto.randomUUID` exists on secure origins only; this does everywhere. */
export const newKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join(
    '',
  )
