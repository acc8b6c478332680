import { didYouMean } from './did-you-mean.ts'
import { type Given, hidden, inFile, looksSecret, type Origin, problem } from './problems.ts'
import { everySetting, groupNames } from './settings.ts'

export interface FileSettings {
  /** By the key of the setting, for example `model.names`. */
  readonly given: ReadonlyMap<string, Given>
  readonly problems: readonly string[]
}

type Path = readonly string[]
type Place = Extract<Origin, { from: 'file' }>

/** Tell the settings in a parsed file from what only looks like one. An empty value is not set. */
export function settingsWithin(file: string, content: unknown, lineOf: (path: Path) => number): FileSettings {
  const given = new Map<string, Given>()
  if (isNothing(content)) return { given, problems: [] }
  if (!isGroup(content)) return { given, problems: [notSettings(file, content)] }
  const problems: string[] = []
  for (const [path, value] of entriesOf(content)) {
    const key = path.join('.')
    const origin: Place = { from: 'file', file, line: lineOf(path) }
    if (!isSetting(key) && !groupNames.includes(key)) problems.push(unknownKey(path, value, origin))
    else if (isNothing(value)) continue
    else if (isSetting(key))
      given.set(key, { value: typeof value === 'string' ? value.trim() : value, origin })
    else problems.push(notAGroup(key, value, origin))
  }
  return { given, problems }
}

type Entry = readonly [Path, unknown]

/** Values with their paths; only the groups that Parley knows are opened. */
const entriesOf = (content: Group): Entry[] =>
  Object.entries(content).flatMap(([name, value]): Entry[] =>
    groupNames.includes(name) && isGroup(value)
      ? Object.entries(value).map(([inner, innerValue]) => [[name, inner], innerValue])
      : [[[name], value]],
  )

const isSetting = (key: string): boolean => everySetting.some((setting) => setting.key === key)

function notSettings(file: string, content: unknown): string {
  const fix = 'Write one "name: value" a line; parley.example.yaml shows every name.'
  return problem(file, { got: hidden(content), expected: 'names and values', fix })
}

function notAGroup(key: string, value: unknown, { file, line }: Place): string {
  const inside = everySetting.filter(({ path }) => path[0] === key).map(({ path }) => path[1])
  return problem(inFile(key, file, line), {
    got: hidden(value),
    expected: `a group with ${inside.join(', ')}`,
    fix: `Write "${key}:" on a line of its own and what belongs to it below, two spaces in.`,
  })
}

function unknownKey(path: Path, value: unknown, { file, line }: Place): string {
  const meant = meantBy(path)
  return problem(inFile(path.map(readableName).join('.'), file, line), {
    got: hidden(value),
    expected: 'a setting that Parley knows',
    fix: meant === undefined ? 'Remove it; parley.example.yaml shows every name.' : `Did you mean ${meant}?`,
  })
}

/** A forgotten blank after a colon makes a "name" of a secret; names of settings are letters, secrets rarely are. */
const readableName = (part: string): string =>
  /^[a-z][a-z_-]{0,20}$/i.test(part) && !looksSecret(part) ? part : `${part.slice(0, 3)}…`

/** By the whole name first; else by its last part, for a setting that stands in the wrong group or in none. */
function meantBy(path: Path): string | undefined {
  const keys = everySetting.map(({ key }) => key)
  const nearest = didYouMean(path.join('.'), path.length === 1 ? [...keys, ...groupNames] : keys)
  if (nearest !== undefined) return nearest
  const lastParts = everySetting.map((setting) => setting.path.at(-1) ?? '')
  const last = didYouMean(path.at(-1) ?? '', lastParts)
  return everySetting.find((setting) => setting.path.at(-1) === last)?.key
}

type Group = Readonly<Record<string, unknown>>

const isGroup = (value: unknown): value is Group =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isNothing = (value: unknown): boolean =>
  value === null || value === undefined || (typeof value === 'string' && value.trim() === '')
