import { createRequire } from 'node:module'
import { availableParallelism } from 'node:os'

const require = createRequire(import.meta.url)

/** What a result was measured with, in one line. */
export function versions(packages: readonly string[]): string {
  const named = packages.map((name) => `${name} ${versionOf(name)}`)
  return [`Node.js ${process.versions.node}`, ...named, `${availableParallelism()} CPUs`].join(', ')
}

function versionOf(name: string): string {
  const { version } = require(`${name}/package.json`) as { version: string }
  return version
}
