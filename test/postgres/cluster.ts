/**
 * A PostgreSQL of a test's own: real server programs in a temporary directory, on loopback, by a user without rights.
 * It can be stopped, killed and started again, and then has what it committed. What a power cut costs is not tested, so
 * nothing waits for a disk.
 */
import { execFile, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { appendFileSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'

const run = promisify(execFile)

/** Where Debian keeps the server programs, which are on nobody's path. */
const DEBIAN = '/usr/lib/postgresql'

export const NO_POSTGRES =
  'There is no PostgreSQL here (Debian: postgresql), so what needs one is not tested. DATABASE_URL names another.'

/** The directory with `initdb` and `postgres`, the newest version first. */
export function postgresPrograms(): string | undefined {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).toSorted((a, b) => Number(b) - Number(a)) : []
  const places = [
    ...versions.map((version) => join(DEBIAN, version, 'bin')),
    ...(process.env.PATH ?? '').split(':'),
  ]
  return places.find((place) => existsSync(join(place, 'initdb')) && existsSync(join(place, 'postgres')))
}

interface Ids {
  readonly uid?: number
  readonly gid?: number
}

export class PostgresCluster {
  readonly #programs: string
  /** The server refuses to run as root. */
  readonly #ids: Ids
  readonly #folder: string
  readonly port: number

  private constructor(programs: string, ids: Ids, folder: string, port: number) {
    this.#programs = programs
    this.#ids = ids
    this.#folder = folder
    this.port = port
  }

  /** Made and started. @param folder an empty one, removed at the end; a temporary one by default. */
  static async create(folder = mkdtempSync(join(tmpdir(), 'parley-postgres-'))): Promise<PostgresCluster> {
    const programs = postgresPrograms()
    if (programs === undefined) throw new Error(NO_POSTGRES)
    const ids = await unprivileged()
    if (ids.uid !== undefined && ids.gid !== undefined) chownSync(folder, ids.uid, ids.gid)
    const cluster = new PostgresCluster(programs, ids, folder, await freePort())
    const data = cluster.#data
    await cluster.#run('initdb', '-D', data, '-U', 'parley', '-A', 'trust', '-E', 'UTF8', '-N', '--locale=C')
    appendFileSync(
      join(data, 'postgresql.conf'),
      `listen_addresses = '127.0.0.1'\nport = ${cluster.port}\nunix_socket_directories = ''
fsync = off\nfull_page_writes = off\nmax_connections = 300\n`,
    )
    await cluster.start()
    return cluster
  }

  get folder(): string {
    return this.#folder
  }

  url(database = 'postgres'): string {
    return `postgres://parley:not-asked-for@127.0.0.1:${this.port}/${database}`
  }

  async start(): Promise<void> {
    await this.#run('pg_ctl', '-D', this.#data, '-w', '-t', '30', '-l', join(this.#data, 'log'), 'start')
  }

  /** @param how `fast` breaks every connection in an orderly way; `immediate` is a crash. */
  async stop(how: 'fast' | 'immediate' = 'fast'): Promise<void> {
    await this.#run('pg_ctl', '-D', this.#data, '-w', '-t', '30', '-m', how, 'stop')
  }

  async remove(): Promise<void> {
    if (existsSync(join(this.#data, 'postmaster.pid'))) await this.stop('immediate')
    rmSync(this.#folder, { recursive: true, force: true })
  }

  get #data(): string {
    return join(this.#folder, 'data')
  }

  /** What stays running must hold none of our pipes, or nobody would ever see their end. */
  async #run(program: string, ...args: string[]): Promise<void> {
    const child = spawn(join(this.#programs, program), args, { ...this.#ids, stdio: 'ignore', cwd: '/' })
    const code = await new Promise((resolve, reject) => child.on('exit', resolve).on('error', reject))
    if (code !== 0) throw new Error(`${program} ended with ${String(code)}`)
  }
}

/** A new database on a server. @returns its address. */
export async function createDatabase(server: string): Promise<string> {
  const name = `parley_test_${randomUUID().replaceAll('-', '')}`
  const client = new pg.Client({ connectionString: server })
  await client.connect()
  await client.query(`CREATE DATABASE ${name} ENCODING 'UTF8' TEMPLATE template0`)
  await client.end()
  return Object.assign(new URL(server), { pathname: `/${name}` }).href
}

/** Debian's own user for it, when this is root. */
async function unprivileged(): Promise<Ids> {
  if (process.getuid?.() !== 0) return {}
  const id = async (flag: string) => Number((await run('id', [flag, 'postgres'])).stdout)
  return { uid: await id('-u'), gid: await id('-g') }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
