/**
 * Reading values whose shape a server may not keep: a compatible server is not the SDK's types, and a field that is
 * missing or of another type must never throw in the middle of a reply (rule M1).
 */

export const field = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined

export const firstOf = (value: unknown): unknown => (Array.isArray(value) ? value[0] : undefined)

/** A string with something in it. */
export const words = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined

/** A number of tokens; nothing sensible counts as none. */
export const count = (value: unknown): number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : 0
