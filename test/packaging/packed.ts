import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

export const run = promisify(execFile)
export const root = fileURLToPath(new URL('../..', import.meta.url))

interface Manifest {
  name: string
  version: string
  description: string
  exports: Record<string, unknown>
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
export const folders = (await readdir(join(root, 'packages'))).sort()

/** Packs every package into a folder of its own, as a release would. */
export async function packAll(): Promise<{ packages: PackedPackage[] } & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'tarballs-'))
  await run('npx', ['-y', 'pnpm@12', '--filter', './packages/*', 'pack', '--pack-destination', folder], {
    cwd: root,
  })
  const packages = await Promise.all(
    folders.map(async (name) => {
      const manifest: Manifest = JSON.parse(
        await readFile(join(root, 'packages', name, 'package.json'), 'utf8'),
      )
      const tarball = `${manifest.name.replace('@', '').replace('/', '-')}-${manifest.version}.tgz`
      return { folder: name, manifest, tarball: join(folder, tarball) }
    }),
  )
  return { packages, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) }
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
  await run('npm', ['install', '--no-audit', '--no-fund', '--no-package-lock', '--prefer-offline'], {
    cwd: folder,
  })
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) }
}

export function requiredPeers({ peerDependencies = {}, peerDependenciesMeta = {} }: Manifest) {
  return Object.fromEntries(
    Object.entries(peerDependencies).filter(([peer]) => !peerDependenciesMeta[peer]?.optional),
  )
}
