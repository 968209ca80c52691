import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['packages/*/{src,test}/**/*.test.ts', 'test/**/*.test.ts', 'examples/**/*.test.ts'],
    // Tests run against the builds; their source maps lead back to the sources.
    coverage: {
      provider: 'v8',
      include: ['packages/*/{src,dist}/**/*.{ts,js}'],
      // The command line is tested as processes of its own, which c8 watches: see `coverage` in package.json.
      exclude: ['**/*.d.ts', 'packages/cli/**', 'packages/*/src/index.ts', '**/generated/**'],
      reporter: [['text', { skipFull: true, maxCols: 110 }]],
      thresholds: { 'packages/client/src/**': { branches: 95 } },
    },
    testTimeout: 30_000,
    // Many tests wait for processes that they kill or servers that stall: two at a time would leave a core idle.
    maxWorkers: 3,
    hookTimeout: 60_000,
  },
})
