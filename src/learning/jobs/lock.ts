import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { LearningError } from '#core/learning/engine.ts'

/**
 * One process works on a run, whoever begins or resumes it meanwhile. The system takes the lock away when its process
 * dies, kill -9 included, so that it is never left behind: SQLite has such locks on every system, Node itself has none.
 *
 * @returns what gives it back. @throws LearningError when another process has it.
 */
export function lockRun(folder: string): () => void {
  const file = new DatabaseSync(join(folder, 'lock.sqlite'), { timeout: 0 })
  try {
    file.exec('BEGIN EXCLUSIVE')
  } catch {
    file.close()
    throw new LearningError(`Another process works on ${folder} already. Look at it, or cancel it first.`)
  }
  return () => file.close()
}
