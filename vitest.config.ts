import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['packages/*/{src,test}/**/*.test.ts', 'test/**/*.test.ts', 'examples/**/*.test.ts'],
    // Tests run against the builds; their source maps lead back to the sources.
    coverage: { provider: 'v8', include: ['packages/*/{src,dist}/**'] },
    testTimeout: 30_000,
    // Many tests wait for processes that they kill or servers that stall; alone, they would leave a core idle.
    maxWorkers: 2,
    hookTimeout: 60_000,
  },
})
