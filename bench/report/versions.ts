import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'

/** What a result was measured with, in one line. */
export function versions(packages: readonly string[]): string {
  const named = packages.map((name) => `${name} ${versionOf(name)}`)
  return [`Node.js ${process.versions.node}`, ...named, `${availableParallelism()} CPUs`].join(', ')
}

/** Of a direct dependency; not every package exports its package.json. */
function versionOf(name: string): string {
  const path = new URL(`../node_modules/${name}/package.json`, import.meta.url)
  const { version } = JSON.parse(readFileSync(path, 'utf8')) as { version: string }
  return version
}
