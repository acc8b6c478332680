import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of the project, as a path. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url))

export const readProject = (path: string): Promise<string> => readFile(join(ROOT, path), 'utf8')

export interface Manifest {
  readonly engines: Readonly<Record<string, string>>
  readonly imports: Readonly<Record<string, string>>
  readonly scripts: Readonly<Record<string, string>>
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
  readonly optionalDependencies: Readonly<Record<string, string>>
}

export const readManifest = async (): Promise<Manifest> => JSON.parse(await readProject('package.json'))

/** Every TypeScript file below a top folder, as paths from the root. */
export async function sourcesIn(folder: string): Promise<string[]> {
  const entries = await readdir(join(ROOT, folder), { recursive: true })
  return entries.filter((path) => path.endsWith('.ts')).map((path) => `${folder}/${path}`)
}

export interface Import {
  readonly from: string
  readonly specifier: string
  /** Types are gone when the program runs. */
  readonly typeOnly: boolean
  /** `import()`: may fail, and be handled. */
  readonly dynamic: boolean
}

const STATIC = /^(?:import|export)\s(?<type>type\s)?(?:[^'"`;]*?\sfrom\s)?['"](?<specifier>[^'"]+)['"]/gm
const DYNAMIC = /\bimport\(\s*['"](?<specifier>[^'"]+)['"]/g

export async function importsOf(path: string): Promise<Import[]> {
  const source = await readProject(path)
  const found = [...source.matchAll(STATIC), ...source.matchAll(DYNAMIC)]
  return found.map(({ groups = {}, 0: text }) => ({
    from: path,
    specifier: groups.specifier ?? '',
    typeOnly: groups.type !== undefined,
    dynamic: /^import\(/.test(text),
  }))
}

/** The package that a specifier names; nothing for our own files and Node's modules. */
export function packageOf(specifier: string): string | undefined {
  if (/^(\.|#|node:)/.test(specifier)) return undefined
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
}
