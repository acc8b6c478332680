import { ConfigError } from '#core/errors.ts'
import type { Setting } from './settings.ts'

/** Settings are wrong. One error for all of them, so that the operator mends them in one go. */
export class ConfigErrors extends Error {
  override readonly name = 'ConfigErrors'
  /** One whole sentence or two for each wrong setting. */
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    const list = problems.map((each) => `- ${each}`).join('\n')
    super(problems.length === 1 ? problems[0] : `${problems.length} settings are wrong:\n${list}`)
    // Whoever prints the stack prints what helps: the fault is in the settings, not in a line of ours.
    this.stack = this.message
    this.problems = problems
  }
}

/** Where a value was found. */
export type Origin =
  | { readonly from: 'environment' }
  /** `line` counts from 1. */
  | { readonly from: 'file'; readonly file: string; readonly line: number }

export interface Given {
  readonly value: unknown
  readonly origin: Origin
}

/** The value of `setting` is wrong; `expected` completes "expected …". */
export function wrongValue(setting: Setting, { value, origin }: Given, expected: string): string {
  const got = setting.secret === true ? hidden(value) : shown(value)
  return problem(label(setting, origin), { got, expected, fix: fixFor(setting, origin) })
}

export const problem = (
  key: string,
  { got, expected, fix }: { got: unknown; expected: string; fix: string },
): string => new ConfigError(key, { got, expected, fix }).message

/** How a place in the file is named. */
export const inFile = (key: string, file: string, line: number): string => `${key} (${file}, line ${line})`

const label = (setting: Setting, origin: Origin): string =>
  origin.from === 'environment' ? setting.env : inFile(setting.key, origin.file, origin.line)

function fixFor(setting: Setting, origin: Origin): string {
  if (setting.fix !== undefined) return setting.fix
  const example = setting.preset ?? setting.example
  return origin.from === 'environment'
    ? `Set ${setting.env}=${example}.`
    : `Write "${setting.path.at(-1)}: ${example}".`
}

/** As long as a person reads a value in an error for. */
const LONGEST_SHOWN = 80

/** Beginnings of tokens: they are also pasted where they do not belong. */
const TOKEN = /xox[a-z]|xapp-|sk-|[\w-]{23,28}\.[\w-]{6,7}\.[\w-]{27,}/

export const looksSecret = (value: string): boolean => TOKEN.test(value)

/** A value as an error may show it: without the passwords and keys that addresses carry. */
export function shown(value: unknown): unknown {
  if (typeof value !== 'string') return Array.isArray(value) ? value.map(shown) : value
  if (looksSecret(value)) return hidden(value)
  const bare = value.replace(/\/\/.*@/s, '//…@').replace(/[?#].*/s, '?…')
  return bare.length > LONGEST_SHOWN ? `${bare.slice(0, LONGEST_SHOWN)}…` : bare
}

/** Beginnings tell tokens apart (`xox`, `xap`); three characters of fewer than sixteen would tell too much. */
export function hidden(value: unknown): unknown {
  if (typeof value === 'string')
    return `${value.length < 16 ? '' : value.slice(0, 3)}… (length ${value.length})`
  if (Array.isArray(value)) return ['…']
  return typeof value === 'object' && value !== null ? { '…': '…' } : value
}
