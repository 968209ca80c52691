import { defineConfig } from 'tsup'
import shared from '../../tsup.config.js'

export default defineConfig({
  ...shared,
  entry: ['src/index.ts', 'src/http/no-undici.ts'],
  // what `imports` in package.json decides is left to the runtime or the bundler
  external: ['#undici'],
})
