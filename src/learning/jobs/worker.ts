/**
 * The process of a job: `node worker.ts <run directory> <trainer module>`. It outlives whoever began it, and belongs to
 * nobody. A cancel comes as SIGTERM.
 */
import { reasonOf } from '#core/errors.ts'
import { LearningError } from '#core/learning/engine.ts'
import { RunDirectory } from './run-directory.ts'
import { type Train, work } from './work.ts'

const [folder = '', module = ''] = process.argv.slice(2)
const cancel = new AbortController()
for (const signal of ['SIGTERM', 'SIGINT'] as const)
  process.on(signal, () => cancel.abort(new LearningError('It was cancelled.')))

const { train }: { train: Train } = await import(module)
try {
  const state = await work(new RunDirectory(folder), train, {
    now: Date.now,
    signal: cancel.signal,
    begun: () => {
      if (process.send === undefined) return
      process.send({ begun: true })
      // Nobody is waited for from here: the parent may die when it likes.
      process.disconnect()
    },
  })
  process.exitCode = state === 'succeeded' ? 0 : 1
} catch (error) {
  process.stderr.write(`${reasonOf(error)}\n`)
  process.exitCode = 1
}
// What a trainer left open must not keep the process: its status says that it has ended.
process.exit()
