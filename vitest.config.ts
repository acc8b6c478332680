import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/postgres/setup.ts'],
    // Most of a run is waiting for simulated platforms and a browser: on two cores three files at once take half as long.
    maxWorkers: 3,
    // Patience, not a bar: on a busy machine real sockets, databases and browsers take their time.
    testTimeout: 20_000,
    hookTimeout: 30_000,
    coverage: { provider: 'v8', include: ['src/**', 'adapters/**', 'config/**'], reporter: ['text', 'lcov'] },
  },
})
