import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

export interface DocFile {
  /** Relative to the package's `docs` folder, with forward slashes. */
  readonly source: string
  readonly title: string
  readonly markdown: string
}

/** The Markdown docs that the `undici` package ships. */
export function readDocs(): DocFile[] {
  const home = join(dirname(createRequire(import.meta.url).resolve('undici/package.json')), 'docs')
  return readdirSync(home, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .sort()
    .map((file) => {
      const markdown = readFileSync(join(home, file), 'utf8')
      const title = /^# (.+)$/m.exec(markdown)?.[1] ?? file
      return { source: file.replaceAll('\\', '/'), title, markdown }
    })
}
