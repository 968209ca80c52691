import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { lexer } from 'marked'

export const root = fileURLToPath(new URL('../..', import.meta.url))

export interface CodeBlock {
  /** Of its first line of code, from 1. */
  readonly line: number
  readonly language: string
  /** Said after the language: ```` ```ts compile-only ```` is not run. */
  readonly compileOnly: boolean
  /** What readers may take as given, from a comment before the block: `<!-- given: … -->`. */
  readonly given: string
  readonly code: string
}

/** A Markdown file for readers, relative to the repository. */
export interface Document {
  readonly path: string
  readonly blocks: readonly CodeBlock[]
}

export function readDocuments(): Document[] {
  const folders = ['', 'docs', 'examples', 'bench', ...foldersIn('bench'), ...foldersIn('packages')]
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((file) => file.endsWith('.md'))
      .map((file) => join(folder, file).replaceAll('\\', '/'))
      .map((path) => ({ path, blocks: codeBlocks(readFileSync(join(root, path), 'utf8')) })),
  )
}

function foldersIn(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'node_modules')
    .map(({ name }) => join(folder, name))
}

function codeBlocks(markdown: string): CodeBlock[] {
  const blocks: CodeBlock[] = []
  let line = 1
  let given = ''
  for (const token of lexer(markdown)) {
    if (token.type === 'html') given = /^<!-- given:\n([\s\S]*)\n-->\s*$/.exec(token.raw)?.[1] ?? ''
    else if (token.type === 'code') {
      const [language = '', ...words] = (token.lang ?? '').split(' ')
      blocks.push({
        line: line + 1,
        language,
        compileOnly: words.includes('compile-only'),
        given,
        code: token.text,
      })
    }
    if (token.type !== 'html' && token.type !== 'space') given = ''
    line += token.raw.split('\n').length - 1
  }
  return blocks
}
