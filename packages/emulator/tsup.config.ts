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
  // The optional peer stays outside; it stands under peerDependenciesMeta only, where tsup does not look.
  external: ['@huggingface/transformers'],
})
