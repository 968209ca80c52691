import { defineConfig, type Format } from 'tsup'

const shared = { sourcemap: true, target: 'node20', silent: true } as const

export default defineConfig(({ dts }) => [
  {
    ...shared,
    entry: {
      index: 'src/index.ts',
      main: 'src/main.ts',
      'writer-thread': 'src/embed/output/writer-thread/thread.ts',
    },
    format: 'esm',
    clean: true,
  },
  {
    ...shared,
    entry: { index: 'src/index.ts' },
    format: 'cjs',
    // import.meta.url, by which the writer thread's file is found
    shims: true,
  },
  // The types of both formats in one go; --no-dts would make tsup build the code here instead.
  ...(dts === false
    ? []
    : [
        {
          ...shared,
          entry: { index: 'src/index.ts' },
          format: ['esm', 'cjs'] as Format[],
          dts: { only: true },
        },
      ]),
])
