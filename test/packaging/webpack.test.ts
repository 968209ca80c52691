import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'
import webpack, { type Stats } from 'webpack'

it.each(['node', 'web', 'webworker'])(
  'webpack builds for %s, and asks for no OpenTelemetry',
  async (target) => {
    const folder = await mkdtemp(join(tmpdir(), 'webpack-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    await writeFile(join(folder, 'main.js'), `export * from '@pinecone-inference/client'`)
    const stats = await built({
      target,
      mode: 'production',
      optimization: { minimize: false },
      entry: join(folder, 'main.js'),
      output: { path: folder, filename: 'bundle.cjs', library: { type: 'commonjs2' } },
      resolve: { modules: [fileURLToPath(new URL('../node_modules', import.meta.url))] },
    })
    const { errors, modules } = stats.toJson({ errors: true, modules: true, nestedModules: true })
    expect(errors).toEqual([])
    const names = JSON.stringify(modules)
    expect(names).toContain('client/dist')
    expect(names).not.toContain('node_modules/@opentelemetry')
  },
)

function built(configuration: webpack.Configuration): Promise<Stats> {
  return new Promise((resolve, reject) => {
    webpack(configuration, (error, stats) => (stats ? resolve(stats) : reject(error)))
  })
}
