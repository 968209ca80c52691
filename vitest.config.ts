import { defineConfig } from 'vitest/config'

// Files that leave their thread as they found it share one, which saves a start and the imports of each.
const threads = [
  'packages/*/src/**/*.test.ts',
  'packages/{ai-sdk,client,emulator,files,langchain,llamaindex}/test/**/*.test.ts',
]
// These change the folder or the environment of their process, which threads have in common, and put it back.
const processes = ['packages/{bullmq,cli}/test/**/*.test.ts', 'test/**/*.test.ts']
// The packed packages in other people's tools, the programs of examples and documents, the emulator's page in a browser:
// `trials` in package.json, which CI runs besides `test`.
const trials = [
  'test/packaging/**/*.test.ts',
  'examples/**/*.test.ts',
  'test/documentation/{code-blocks,recipes}.test.ts',
  'packages/emulator/test/page.test.ts',
]
// Tests what LangChain does before anything has imported its context.
const alone = 'packages/langchain/test/rerank-without-context.test.ts'
const dependencies = '**/node_modules/**'

export default defineConfig({
  test: {
    projects: [
      { extends: true, test: { name: 'alone', include: [alone] } },
      {
        extends: true,
        test: { name: 'trials', include: trials, globalSetup: 'test/packaging/pack-all.ts' },
      },
      {
        extends: true,
        test: {
          name: 'processes',
          include: processes,
          exclude: [...trials, dependencies],
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'threads',
          include: threads,
          exclude: [alone, ...trials, dependencies],
          pool: 'threads',
          isolate: false,
        },
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
    testTimeout: 60_000,
    // Many tests wait for processes that they kill or servers that stall: one at a time per core would leave cores idle.
    maxWorkers: 5,
    hookTimeout: 120_000,
  },
})
