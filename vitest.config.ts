import { existsSync, statfsSync } from 'node:fs'
import { defineConfig } from 'vitest/config'

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

export default defineConfig({
  test: {
    globalSetup: ['test/postgres/setup.ts'],
    // Most of a run is waiting for simulated platforms and a browser: on two cores four files at once take half as long.
    maxWorkers: 4,
    // Patience, not a bar: on a busy machine real sockets, databases and browsers take their time.
    testTimeout: 20_000,
    hookTimeout: 30_000,
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
