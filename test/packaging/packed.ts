import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { inject } from 'vitest'

export const run = promisify(execFile)
export const root = fileURLToPath(new URL('../..', import.meta.url))

interface Manifest {
  name: string
  version: string
  peerDependencies?: Record<string, string>
  peerDependenciesMeta?: Record<string, { optional?: boolean }>
}

export interface PackedPackage {
  /** The folder's name under `packages/`. */
  folder: string
  manifest: Manifest
  tarball: string
}

/** The folders of `packages/`. */
export const folders = readdirSync(join(root, 'packages')).sort()

export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(root, 'packages', folder, 'package.json'), 'utf8'))
}

/** The tarballs of packages, named by their folders. */
export function packed(names: readonly string[]): PackedPackage[] {
  return names.map((name) => {
    const manifest = readManifest(name)
    const tarball = `${manifest.name.replace('@', '').replace('/', '-')}-${manifest.version}.tgz`
    return { folder: name, manifest, tarball: join(inject('tarballs'), tarball) }
  })
}

export interface Project extends AsyncDisposable {
  readonly folder: string
}

/** An empty project with these packages and their peers installed by npm, as a user would. */
export async function installInEmptyProject(
  packages: readonly PackedPackage[],
  dependencies: Record<string, string> = {},
): Promise<Project> {
  const folder = await mkdtemp(join(tmpdir(), 'project-'))
  const manifest = {
    name: 'user',
    private: true,
    dependencies: {
      ...Object.fromEntries(packages.map(({ manifest, tarball }) => [manifest.name, `file:${tarball}`])),
      ...Object.assign({}, ...packages.map(({ manifest }) => requiredPeers(manifest))),
      ...dependencies,
    },
  }
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest))
  await run(
    'npm',
    ['install', '--engine-strict', '--no-audit', '--no-fund', '--no-package-lock', '--prefer-offline'],
    {
      cwd: folder,
    },
  )
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) }
}

/** The peers that are not optional, with their ranges. */
export function requiredPeers({
  peerDependencies = {},
  peerDependenciesMeta = {},
}: Manifest): Record<string, string> {
  return Object.fromEntries(
    Object.entries(peerDependencies).filter(([peer]) => !peerDependenciesMeta[peer]?.optional),
  )
}
