import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Most of a run is waiting for simulated platforms and a browser: on two cores three files at once take half as long.
    maxWorkers: 3,
    coverage: { provider: 'v8', include: ['src/**', 'adapters/**', 'config/**'], reporter: ['text', 'lcov'] },
  },
})
