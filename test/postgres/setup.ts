import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the run's PostgreSQL is, once a test has asked for it. */
    readonly postgresFolder: string
  }
}

/** Once a run: names the place, which costs nothing; the first test that needs a server starts it (`shared.ts`). */
export default function setup({ provide }: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'parley-postgres-'))
  provide('postgresFolder', folder)
  return () => {
    const pid = pidOf(folder)
    if (pid !== undefined) process.kill(pid, 'SIGQUIT')
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
  }
}

/** The server's own file begins with its number. */
function pidOf(folder: string): number | undefined {
  try {
    return Number(readFileSync(join(folder, 'cluster', 'data', 'postmaster.pid'), 'utf8').split('\n')[0])
  } catch {
    return undefined
  }
}
