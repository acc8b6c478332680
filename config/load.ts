/**
 * The settings, from the environment and an optional `parley.yaml`; the environment wins. A wrong setting stops the
 * start, with one message about every wrong setting, and never shows a secret (rules S5, S6).
 */
import { readFile } from 'node:fs/promises'
import { type Config, configOf } from './config.ts'
import { didYouMean } from './did-you-mean.ts'
import { type ReadFile, readConfigFile } from './file.ts'
import { ConfigErrors, type Given, hidden, problem, wrongValue } from './problems.ts'
import { type AllGiven, brokenRules } from './rules.ts'
import { everySetting, settings } from './settings.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** Names another settings file. */
const FILE_ENV = 'PARLEY_CONFIG'

/** Names that begin so are ours alone; the others are shared with other programs. */
const OURS = 'PARLEY_'

/**
 * @param env usually `process.env`. An empty value is a value that is not set.
 * @throws ConfigErrors
 * @example
 * const config = await loadConfig(process.env)
 */
export async function loadConfig(env: Environment, files: { readFile?: ReadFile } = {}): Promise<Config> {
  const read = files.readFile ?? ((path) => readFile(path, 'utf8'))
  const file = await readConfigFile(textOf(env[FILE_ENV]), read)
  const given = new Map([...file.given, ...fromEnvironment(env)])
  const parsed = settings.safeParse(treeOf(given))
  const problems = [
    ...unknownNames(env),
    ...file.problems,
    ...(parsed.success ? [] : wrongValues(parsed.error.issues, given)),
    ...(file.readable ? brokenRules(given) : []),
  ]
  if (!parsed.success || problems.length > 0) throw new ConfigErrors(problems)
  return configOf(parsed.data)
}

function fromEnvironment(env: Environment): Map<string, Given> {
  const given = new Map<string, Given>()
  for (const setting of everySetting) {
    const value = textOf(env[setting.env])
    if (value !== undefined) given.set(setting.key, { value, origin: { from: 'environment' } })
  }
  return given
}

const textOf = (value: string | undefined): string | undefined => value?.trim() || undefined

/** The values in the shape of the schema. */
function treeOf(given: AllGiven): Record<string, unknown> {
  const tree: Record<string, unknown> = {}
  for (const { path, key } of everySetting) {
    const value = given.get(key)?.value
    const [first = key, second] = path
    if (second === undefined) tree[first] = value
    else tree[first] = { ...Object(tree[first]), [second]: value }
  }
  return tree
}

interface Issue {
  readonly path: readonly PropertyKey[]
  readonly message: string
}

/** One sentence a setting, however many checks it failed. */
function wrongValues(issues: readonly Issue[], given: AllGiven): string[] {
  return everySetting.flatMap((setting) => {
    const issue = issues.find(({ path }) => setting.path.every((part, depth) => path[depth] === part))
    const found = given.get(setting.key)
    return issue !== undefined && found !== undefined ? [wrongValue(setting, found, issue.message)] : []
  })
}

const KNOWN_NAMES = [FILE_ENV, ...everySetting.map((setting) => setting.env)]

/**
 * A misspelt name would otherwise be a setting that silently does nothing. A name that is like none of ours is left
 * alone: Kubernetes, for one, gives every pod beside a service called `parley` a `PARLEY_SERVICE_HOST`.
 */
function unknownNames(env: Environment): string[] {
  return Object.keys(env).flatMap((name) => {
    if (!name.startsWith(OURS) || KNOWN_NAMES.includes(name) || textOf(env[name]) === undefined) return []
    const meant = nameMeantBy(name.slice(OURS.length))
    if (meant === undefined) return []
    const fix = `Did you mean ${meant}?`
    return [problem(name, { got: hidden(env[name]), expected: 'a setting that Parley knows', fix })]
  })
}

/** Compared without the beginning that all share, which would make unlike names look alike. */
function nameMeantBy(rest: string): string | undefined {
  const known = KNOWN_NAMES.map((name) => name.replace(OURS, ''))
  const nearest =
    didYouMean(rest, known) ?? known.find((name) => name.endsWith(`_${rest}`) || name.startsWith(`${rest}_`))
  return KNOWN_NAMES.find((name) => nearest !== undefined && name.replace(OURS, '') === nearest)
}
