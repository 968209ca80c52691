import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { root, run } from './packed.js'

declare module 'vitest' {
  export interface ProvidedContext {
    /** The folder of the tarballs. */
    tarballs: string
  }
}

/** Packs all packages, as a release would, once for all tests of packaging. */
export default async function packAll(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'tarballs-'))
  const pack = ['--filter', './packages/*', 'pack', '--pack-destination', folder]
  await run('npx', ['-y', 'pnpm@12', ...pack], { cwd: root })
  project.provide('tarballs', folder)
  return () => rm(folder, { recursive: true, force: true })
}
