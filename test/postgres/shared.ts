import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { inject } from 'vitest'
import { createDatabase, NO_POSTGRES, PostgresCluster, postgresPrograms } from './cluster.ts'

const given = process.env.DATABASE_URL

/** Why there is nothing to test on, for `describe.skipIf`; said once a file. */
export const withoutPostgres = given === undefined && postgresPrograms() === undefined
if (withoutPostgres) process.stderr.write(`${NO_POSTGRES}\n`)

/** A database of its own on the server of this run, or on that of `DATABASE_URL`. */
export async function freshDatabase(): Promise<string> {
  return createDatabase(given ?? (await sharedServer()))
}

/** The first file of the run that asks starts it; the others wait. */
async function sharedServer(): Promise<string> {
  const folder = inject('postgresFolder')
  const ready = join(folder, 'url')
  if (mine(join(folder, 'starting'))) {
    const place = join(folder, 'cluster')
    mkdirSync(place)
    chmodSync(folder, 0o755)
    try {
      const cluster = await PostgresCluster.create(place)
      write(ready, cluster.url())
    } catch (error) {
      write(ready, `failed: ${String(error)}`)
    }
  }
  while (!existsSync(ready)) await sleep(50)
  const url = readFileSync(ready, 'utf8')
  if (!url.startsWith('postgres:')) throw new Error(`PostgreSQL did not start: ${url}`)
  return url
}

function mine(mark: string): boolean {
  try {
    mkdirSync(mark)
    return true
  } catch {
    return false
  }
}

/** Whole at once: others read it as soon as it is there. */
function write(file: string, text: string): void {
  writeFileSync(`${file}.part`, text)
  renameSync(`${file}.part`, file)
}
