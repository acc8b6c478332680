import { existsSync, statfsSync } from 'node:fs'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** They put another module in the place of one that the rest of the tests use. */
const MOCKING = ['test/**/lazy.test.ts']

/** Every database of a test syncs its file, which costs nothing in memory; a kill takes no more from there than from a disk. */
const MEMORY = '/dev/shm'
/** A container may have only 64 MiB of it; a run takes less than 1 GiB, a browser's profile included. */
const ROOM_BYTES = 2 * 2 ** 30
if (existsSync(MEMORY)) {
  const { bavail, bsize } = statfsSync(MEMORY)
  if (bavail * bsize >= ROOM_BYTES) process.env.TMPDIR ??= MEMORY
}

/** Small files that wait for long. Where no earlier run tells how long, the largest would be begun first, and these last. */
const LONG = /\/(scenarios|chaos|fuzz)\/|\/(fault-matrix|gateway)\.test\.ts$/

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const isLong = ({ moduleId }: TestSpecification): boolean => LONG.test(moduleId)
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))]
  }
}

export default defineConfig({
  test: {
    globalSetup: ['test/postgres/setup.ts'],
    // Most of a run is waiting for simulated platforms and a browser: on two cores four files at once take half as long.
    maxWorkers: 4,
    sequence: { sequencer: LongFirst },
    // Patience, not a bar: on a busy machine real sockets, databases and browsers take their time.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Once more on a machine that others share: real processes there are late now and then. At home a flaw shows at once.
    retry: process.env.CI === undefined ? 0 : 1,
    coverage: { provider: 'v8', include: ['src/**', 'adapters/**', 'config/**'], reporter: ['text', 'lcov'] },
    projects: [
      {
        extends: true,
        // Every test takes its dependencies by argument, so modules can be shared: that halves the work of a run.
        test: { name: 'all', include: ['test/**/*.test.ts'], exclude: MOCKING, isolate: false },
      },
      { extends: true, test: { name: 'alone', include: MOCKING } },
    ],
  },
})
