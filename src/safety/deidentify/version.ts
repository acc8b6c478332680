import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const FOLDER = import.meta.dirname
const DIGITS = 12

/**
 * Names the rules: another one for every change of them or of the library that knows telephone numbers. Goes into
 * every manifest.
 */
export const redactorVersion: string = `r1-${digestOf(sources())}`

function sources(): readonly string[] {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.ts'))
  const { version }: { version: string } = createRequire(import.meta.url)('libphonenumber-js/package.json')
  return [
    ...files
      .toSorted()
      .flatMap((name) => [name, readFileSync(join(FOLDER, name), 'utf8').replaceAll('\r\n', '\n')]),
    version,
  ]
}

function digestOf(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, DIGITS)
}
