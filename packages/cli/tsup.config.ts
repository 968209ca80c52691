import { defineConfig } from 'tsup'

const shared = { sourcemap: true, target: 'node20', silent: true } as const

export default defineConfig([
  {
    ...shared,
    entry: {
      index: 'src/index.ts',
      main: 'src/main.ts',
      'writer-thread': 'src/embed/output/writer-thread/thread.ts',
    },
    format: 'esm',
    dts: { entry: { index: 'src/index.ts' } },
    clean: true,
  },
  {
    ...shared,
    entry: { index: 'src/index.ts' },
    format: 'cjs',
    dts: true,
    // import.meta.url, by which the writer thread's file is found
    shims: true,
  },
])
