import { nameRule } from './deidentify/names.ts'
import { claim, type KnownPerson } from './deidentify/span.ts'

/** What stands where the name of an erased person stood. */
export const ERASED_NAME = '[erased]'

/** Takes people's names, parts of names and ids out of a text that is somebody else's (rule S3). Safe to repeat. */
export function unnamer(people: readonly KnownPerson[]): (text: string) => string {
  const rule = nameRule(people)
  return (text) => {
    const pieces: string[] = []
    let read = 0
    for (const { start, end } of claim([], rule(text))) {
      pieces.push(text.slice(read, start), ERASED_NAME)
      read = end
    }
    return [...pieces, text.slice(read)].join('')
  }
}

/** Any plain JSON with its strings changed; the same value if none is. @param change also told the string's key. */
export function withStrings<T>(value: T, change: (text: string, key: string) => string, at?: string): T
export function withStrings(value: unknown, change: (text: string, key: string) => string, at = ''): unknown {
  if (typeof value === 'string') return change(value, at)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, each]) => [key, withStrings(each, change, key)] as const)
  if (entries.every(([key, each]) => each === Reflect.get(value, key))) return value
  return Array.isArray(value) ? entries.map(([, each]) => each) : Object.fromEntries(entries)
}
