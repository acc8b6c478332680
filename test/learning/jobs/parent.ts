/** Begins a job, says so, and stays until it is killed: `node parent.ts <run directory>`. */
import { systemClock } from '#core/clock.ts'
import { createProcessEngine } from '#core/learning/jobs/process-engine.ts'
import { RunDirectory } from '#core/learning/jobs/run-directory.ts'

const engine = createProcessEngine({
  ...{ name: 'local', stages: ['sft'], clock: systemClock },
  trainer: new URL('./stand-in.ts', import.meta.url),
  check: async () => {},
})
await engine.submit(new RunDirectory(process.argv[2] ?? ''))
process.stdout.write('begun\n')
setInterval(() => {}, 60_000)
