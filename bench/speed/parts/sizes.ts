import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { markdownTable } from '../../report/markdown-table.js'
import type { Part } from '../part.js'

const packages = fileURLToPath(new URL('../../../packages', import.meta.url))
const kilobytes = (bytes: number) => Math.round(bytes / 1000).toLocaleString('en')

/** Packed, and installed with all dependencies but without the framework, which its user has. */
export const sizes: Part = {
  name: 'sizes',
  title: 'Sizes',
  isOneRun: true,
  async run(_bench, _rounds, small) {
    const folder = await mkdtemp(join(tmpdir(), 'sizes-'))
    try {
      const ours = (name: string) => {
        execFileSync('npx', ['-y', 'pnpm@12', 'pack', '--pack-destination', folder], {
          cwd: join(packages, name),
          stdio: 'ignore',
        })
      }
      for (const name of small ? ['client'] : ['client', 'langchain', 'llamaindex']) ours(name)
      const theirs = small ? [] : ['@pinecone-database/pinecone@9.0.0', '@langchain/pinecone@1.0.3']
      for (const name of theirs) npm(folder, ['pack', name])
      const tarballs = await readdir(folder)
      const client = tarballs.find((name) => name.startsWith('pinecone-inference-client')) ?? ''
      const rows: string[][] = []
      for (const tarball of tarballs.sort()) {
        const place = join(folder, tarball.replace('.tgz', ''))
        await mkdir(place)
        await writeFile(join(place, 'package.json'), '{"private":true}')
        const needed = tarball.startsWith('pinecone-inference') ? [...new Set([tarball, client])] : [tarball]
        npm(place, [
          'install',
          '--legacy-peer-deps',
          '--no-audit',
          '--no-fund',
          '--ignore-scripts',
          ...needed.map((name) => join(folder, name)),
        ])
        rows.push([
          `\`${tarball.replace('.tgz', '')}\``,
          kilobytes((await stat(join(folder, tarball))).size),
          kilobytes(await sizeOf(join(place, 'node_modules'))),
        ])
      }
      return `Installed is with all dependencies, without peers (the framework).

${markdownTable(['', 'packed, kB', 'installed, kB'], rows)}`
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },
}

function npm(cwd: string, args: string[]): void {
  execFileSync('npm', args, { cwd, stdio: 'ignore' })
}

async function sizeOf(folder: string): Promise<number> {
  let bytes = 0
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name))).size
  }
  return bytes
}
