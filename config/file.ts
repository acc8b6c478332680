import { reasonOf } from '#core/errors.ts'
import type { FileSettings } from './file-settings.ts'
import { problem, shown } from './problems.ts'

/** @throws with `code: 'ENOENT'` when there is no such file. */
export type ReadFile = (path: string) => Promise<string>

export interface ConfigFile extends FileSettings {
  /** False when it could not be read: then nobody knows what it would have set. */
  readonly readable: boolean
}

const DEFAULT_FILE = 'parley.yaml'

/** Read the settings file: the named one, else `parley.yaml` in the working directory if there is one. */
export async function readConfigFile(named: string | undefined, readFile: ReadFile): Promise<ConfigFile> {
  const file = named ?? DEFAULT_FILE
  let source: string
  try {
    source = await readFile(file)
  } catch (error) {
    if (named === undefined && codeOf(error) === 'ENOENT')
      return { given: new Map(), problems: [], readable: true }
    const fix = `Reading it failed: ${codeOf(error) ?? reasonOf(error)}.`
    const key = named === undefined ? 'The settings file' : 'PARLEY_CONFIG'
    return unreadable(problem(key, { got: shown(file), expected: 'a file that can be read', fix }))
  }
  // Most have no file: they load nothing that reads one.
  const [{ parseYaml }, { settingsWithin }] = await Promise.all([
    import('./yaml.ts'),
    import('./file-settings.ts'),
  ])
  const parsed = await parseYaml(source)
  if (parsed.ok) return { ...settingsWithin(file, parsed.content, parsed.lineOf), readable: true }
  const { line, column, reason } = parsed
  return unreadable(`${file} is not YAML at line ${line}, column ${column}: ${reason}. Mend that place.`)
}

const unreadable = (reason: string): ConfigFile => ({ given: new Map(), problems: [reason], readable: false })

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
