import { defineConfig } from 'vitest/config'

// Files that leave their process as they found it share one, which saves a start and the imports of each.
const sharing = [
  'packages/*/src/**/*.test.ts',
  'packages/{ai-sdk,client,emulator,files,langchain,llamaindex}/test/**/*.test.ts',
]
const packaging = 'test/packaging/**/*.test.ts'
// Tests what LangChain does before anything has imported its context.
const withoutContext = 'packages/langchain/test/rerank-without-context.test.ts'
const dependencies = '**/node_modules/**'

export default defineConfig({
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'sharing',
          include: sharing,
          exclude: [withoutContext, dependencies],
          pool: 'threads',
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'alone',
          include: [
            'packages/{bullmq,cli}/test/**/*.test.ts',
            '{test,examples}/**/*.test.ts',
            withoutContext,
          ],
          exclude: [packaging, dependencies],
        },
      },
      {
        extends: true,
        test: { name: 'packaging', include: [packaging], globalSetup: 'test/packaging/pack-all.ts' },
      },
    ],
    // The builds as Node loads them for users.
    server: { deps: { external: [/\/packages\/[^/]+\/dist\//] } },
    // Tests run against the builds; their source maps lead back to the sources.
    coverage: {
      provider: 'v8',
      include: ['packages/*/{src,dist}/**/*.{ts,js}'],
      // The command line is tested in processes of its own too, which c8 watches: see `coverage` in package.json.
      exclude: [
        '**/*.d.ts',
        'packages/cli/**',
        'packages/*/src/index.ts',
        '**/generated/**',
        '**/assembly/**',
      ],
      reporter: [['text', { skipFull: true, maxCols: 110 }]],
      thresholds: { 'packages/client/src/**': { branches: 95 } },
    },
    testTimeout: 30_000,
    // Many tests wait for processes that they kill or servers that stall: two at a time would leave a core idle.
    maxWorkers: 3,
    hookTimeout: 60_000,
  },
})
