import { defineConfig } from 'vitest/config'

/** They put another module in the place of one that the rest of the tests use. */
const MOCKING = ['test/**/lazy.test.ts']

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
