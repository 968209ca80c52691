import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['packages/*/{src,test}/**/*.test.ts', 'test/**/*.test.ts', 'examples/**/*.test.ts'],
    // Tests run against the builds; their source maps lead back to the sources.
    coverage: { provider: 'v8', include: ['packages/*/{src,dist}/**'] },
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
