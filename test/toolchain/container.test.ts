/** The container files, as far as they can be checked without a container: no engine is needed. */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, rm, symlink } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { loadConfig } from '#config/load.ts'
import { importsOf, ROOT, readManifest, readProject, sourcesIn } from './project.ts'

const dockerfile = (await readProject('Dockerfile')).replaceAll(/\\\n\s*/g, '')
const instructions = dockerfile
  .split('\n')
  .filter((line) => /^[A-Z]/.test(line))
  .map((line) => ({ verb: line.split(' ', 1)[0], rest: line.slice(line.indexOf(' ') + 1) }))
const all = (verb: string): string[] =>
  instructions.filter((each) => each.verb === verb).map(({ rest }) => rest)
const command = (text: string | undefined): string[] => JSON.parse(text?.slice(text.indexOf('[')) ?? '')

const copied = all('COPY').flatMap((rest) => rest.split(' ').slice(0, -1))

test('the image holds every top folder that the program imports from', async () => {
  const { imports } = await readManifest()
  const folders = copied.filter((path) => Object.values(imports).some((target) => target === `./${path}/*`))
  const found = await Promise.all((await Promise.all(folders.map(sourcesIn))).flat().map(importsOf))
  const needed = found.flat().flatMap(({ specifier, typeOnly }) => {
    const target = imports[`${specifier.split('/', 1)[0]}/*`]
    return typeOnly || target === undefined ? [] : [target.split('/')[1]]
  })
  expect(new Set(needed)).toEqual(new Set(['src', 'adapters', 'config']))
  expect(copied).toEqual(
    expect.arrayContaining([...new Set(needed), 'package.json', 'package-lock.json', 'src']),
  )
})

test('what the image copies reaches the build, and nothing else does', async () => {
  const [first, ...others] = (await readProject('.dockerignore'))
    .split('\n')
    .filter((line) => /^[^#\s]/.test(line))
  expect(first).toBe('*')
  expect(others.toSorted()).toEqual(copied.map((path) => `!${path}`).toSorted())
})

test('the program in the image starts from the copied files alone', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'parley-image-'))
  try {
    for (const path of copied) await cp(join(ROOT, path), join(folder, path), { recursive: true })
    await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
    const [, ...args] = command(all('CMD').at(-1))
    const env = {
      PARLEY_HOST: '127.0.0.1',
      PARLEY_PORT: '0',
      PARLEY_STORE: 'memory:',
      PARLEY_MODEL: 'rehearsal',
    }
    const parley = spawn(process.execPath, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] })
    const ended = once(parley, 'exit')
    const lines: string[] = []
    for await (const line of createInterface(parley.stdout)) {
      lines.push(line)
      if (/ready at http/.test(line)) parley.kill()
    }
    await ended
    expect(lines).toContainEqual(expect.stringContaining('ready at http://127.0.0.1:'))
  } finally {
    await rm(folder, { recursive: true })
  }
})

test.each([
  [200, 0],
  [503, 1],
])('a health answer of %i makes the health check exit with %i', async (status, code) => {
  const server = createServer((request, response) =>
    response.writeHead(request.url === '/healthz' ? status : 404).end(),
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  expect(await healthCheck(port)).toBe(code)
  server.close()
  await once(server, 'close')
  expect(await healthCheck(port)).toBe(1)
})

function healthCheck(port: number | undefined): Promise<number | null> {
  const [, ...args] = command(all('HEALTHCHECK')[0])
  return new Promise((resolve) => {
    const child = execFile(process.execPath, args, { env: { PARLEY_PORT: String(port) } }, () =>
      resolve(child.exitCode),
    )
  })
}

test('the image runs as nobody special, keeps its data in a volume, and carries one Node', async () => {
  const { port, store } = await loadConfig(
    {},
    { readFile: () => Promise.reject(Object.assign(new Error(), { code: 'ENOENT' })) },
  )
  expect(all('FROM')).toEqual(['node:24-slim'])
  expect(all('USER')).toEqual(['node'])
  expect(all('EXPOSE')).toEqual([String(port)])
  expect(join('/app', store.replace('sqlite:', ''))).toMatch(new RegExp(`^${all('VOLUME')[0]}/`))
  expect(all('RUN').join('\n')).toContain('npm ci --omit=dev --omit=optional')
})

test('S6: a container that others can reach asks for a web token', async () => {
  const env = Object.fromEntries(all('ENV').map((rest) => rest.split('=', 2)))
  await expect(loadConfig({ ...env, PARLEY_CONFIG: '/dev/null' })).rejects.toThrow(
    /^PARLEY_WEB_TOKEN is not set/,
  )
  await expect(
    loadConfig({ ...env, PARLEY_CONFIG: '/dev/null', PARLEY_WEB_TOKEN: '0123456789abcdef' }),
  ).resolves.toHaveProperty('host', '0.0.0.0')
})

test('compose leads its port to Parley and gives it time to drain', async () => {
  const { drainMs, port } = await loadConfig({ PARLEY_CONFIG: '/dev/null' })
  const { services, volumes } = parse(await readProject('compose.yaml'))
  const { parley } = services
  expect(parley.ports).toEqual([`127.0.0.1:${port}:${parley.environment.PARLEY_PORT}`])
  expect(Number.parseInt(parley.stop_grace_period, 10) * 1000).toBeGreaterThan(drainMs)
  const [volume, place] = parley.volumes[0].split(':')
  expect(volumes).toHaveProperty(volume)
  expect(place).toBe(all('VOLUME')[0])
})
