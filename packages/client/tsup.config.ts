import { defineConfig } from 'tsup'
import shared from '../../tsup.config.js'
import { compileNumbers } from './compile-numbers.js'

export default defineConfig(async () => {
  await compileNumbers()
  return {
    ...shared,
    entry: ['src/index.ts', 'src/adapters.ts', 'src/http/no-undici.ts'],
    // one copy of each class for both entries, in CommonJS too
    splitting: true,
    treeshake: true,
    // what `imports` in package.json decides is left to the runtime or the bundler
    external: ['#undici'],
  }
})
