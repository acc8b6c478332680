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

/** The same for the strings of any plain JSON: those that are one of the ids become empty. The same value if none is. */
export function withoutIds<T>(value: T, ids: ReadonlySet<string>): T
export function withoutIds(value: unknown, ids: ReadonlySet<string>): unknown {
  if (typeof value === 'string') return ids.has(value) ? '' : value
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, each]) => [key, withoutIds(each, ids)] as const)
  if (entries.every(([key, each]) => each === Reflect.get(value, key))) return value
  return Array.isArray(value) ? entries.map(([, each]) => each) : Object.fromEntries(entries)
}
