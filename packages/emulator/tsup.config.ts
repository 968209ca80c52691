import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { defineConfig, type Format, type Options } from 'tsup'

const shared = {
  sourcemap: true,
  target: 'node20',
  silent: true,
  // ESM only and 2 KB: inside the bundle it also works for `require` on Node 20.
  noExternal: ['stemmer'],
  esbuildPlugins: [
    {
      // The page's files as text: `import html from './page.html?raw'`, which vitest knows as well.
      name: 'raw text',
      setup(build) {
        build.onResolve({ filter: /\?raw$/ }, ({ path, resolveDir }) => ({
          path: resolve(resolveDir, path),
          namespace: 'raw',
        }))
        build.onLoad({ filter: /./, namespace: 'raw' }, async ({ path }) => ({
          contents: await readFile(path.replace(/\?raw$/, ''), 'utf8'),
          loader: 'text',
        }))
      },
    },
  ],
} satisfies Options

export default defineConfig(({ dts }) => [
  {
    ...shared,
    entry: {
      index: 'src/index.ts',
      'minilm-thread': 'src/backend/minilm/thread.ts',
      'transformers-thread': 'src/backend/transformers/thread.ts',
    },
    format: 'esm',
    clean: true,
  },
  {
    ...shared,
    entry: { index: 'src/index.ts' },
    format: 'cjs',
    // import.meta.url, by which the threads' files are found
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
