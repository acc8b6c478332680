/** What somebody is filling in, kept in this browser until it is sent: a reload or a server that is away loses nothing. */
const PREFIX = 'parley.form.'
/** Begins with it: questions that were not sent yet. */
const QUESTIONS = 'parley.draft.'

/** @param read makes of what is there what is expected; `undefined` when it is something else. */
export function readKept<T>(name: string, read: (value: unknown) => T | undefined): T | undefined {
  try {
    return read(JSON.parse(localStorage.getItem(PREFIX + name) ?? 'null'))
  } catch {
    return undefined // Storage is switched off or holds something else: nothing is kept.
  }
}

export function keep(name: string, value: object): void {
  try {
    localStorage.setItem(PREFIX + name, JSON.stringify(value))
  } catch {
    // Storage is full or switched off: it lives in the form alone.
  }
}

export function forget(name: string): void {
  try {
    localStorage.removeItem(PREFIX + name)
  } catch {
    // Storage is switched off: there is nothing to forget.
  }
}

/** What is kept under a name that begins so. */
export function keptNames(beginning: string): readonly string[] {
  try {
    return Object.keys(localStorage)
      .filter((name) => name.startsWith(PREFIX + beginning))
      .map((name) => name.slice(PREFIX.length))
  } catch {
    return [] // Storage is switched off: nothing is kept.
  }
}

/** Nothing that was typed here stays. */
export function forgetAll(): void {
  try {
    for (const name of Object.keys(localStorage))
      if (name.startsWith(PREFIX) || name.startsWith(QUESTIONS)) localStorage.removeItem(name)
  } catch {
    // Storage is switched off: there is nothing to forget.
  }
}

/** Fields of something that was kept; an empty list of them when it is nothing of the kind. */
export const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? { ...value } : {}
