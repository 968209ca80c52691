import { defineConfig } from 'tsup'

// Run from a package's folder: `tsup --config ../../tsup.config.ts`.
export default defineConfig({
  entry: ['src/index.ts'],
  format: ['esm', 'cjs'],
  dts: true,
  sourcemap: true,
  clean: true,
  target: 'node20',
  silent: true,
})
