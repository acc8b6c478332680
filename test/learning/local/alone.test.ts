import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '../../..')

test('one module imports the numerics, on demand: whoever only answers never loads them', () => {
  const sources = ['src', 'adapters', 'config'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => join(folder, name)),
  )
  const imports = sources.flatMap((path) =>
    readFileSync(join(ROOT, path), 'utf8')
      .split('\n')
      .filter((line) => /(from|import\()\s*'@jax-js/.test(line))
      .map((line) => ({ path, isTypes: line.startsWith('import type'), isLazy: line.includes('import(') })),
  )
  expect(new Set(imports.map(({ path }) => path))).toEqual(new Set(['src/learning/local/numerics.ts']))
  expect(imports.every(({ isTypes, isLazy }) => isTypes || isLazy)).toBe(true)
})
