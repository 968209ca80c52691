import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { defineConfig } from 'tsup'

export default defineConfig({
  entry: ['src/index.ts'],
  format: ['esm', 'cjs'],
  dts: true,
  sourcemap: true,
  clean: true,
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
})
