import { spawnSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { type CodeBlock, type Document, root } from './documents.js'

export interface Module {
  readonly document: Document
  readonly block: CodeBlock
  readonly file: string
}

/** The documentation is about the official SDK 9; under its own name `test/` has 5, which `@langchain/pinecone` wants. */
const withSdk9 = (code: string) => code.replaceAll("'@pinecone-database/pinecone'", "'pinecone-sdk-9'")

/**
 * Compiles the TypeScript blocks, each a module of its own, in one program. What is wrong is named by document and
 * line; the modules are there to be run all the same.
 */
export function compile(documents: readonly Document[]) {
  const folder = mkdtempSync(join(root, 'test/.documentation-'))
  const modules = documents.flatMap((document) =>
    document.blocks
      .filter(({ language }) => language === 'ts')
      .map((block): Module => {
        const name = `${document.path.replace(/\.md$/, '').replaceAll('/', '-')}-line-${block.line}.mts`
        writeFileSync(join(folder, name), `${block.given}\n${withSdk9(block.code)}\nexport {}\n`)
        return { document, block, file: join(folder, name.replace(/mts$/, 'mjs')) }
      }),
  )
  const settings = {
    extends: '../../tsconfig.base.json',
    compilerOptions: { declaration: false, sourceMap: false },
    files: modules.map(({ file }) => basename(file).replace(/mjs$/, 'mts')),
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(settings))
  const compiler = join(root, 'node_modules/typescript-7/bin/tsc')
  const { stdout } = spawnSync(process.execPath, [compiler, '--project', folder, '--pretty', 'false'], {
    encoding: 'utf8',
  })
  return { folder, modules, mistakes: mistakesIn(stdout, modules) }
}

/** What the compiler says, with the lines of the documents; a message's further lines are indented. */
function mistakesIn(said: string, modules: readonly Module[]): string[] {
  return said
    .split(/\n(?! )/)
    .filter((message) => message !== '')
    .map((message) => {
      const [, path = '', line, what] = /^(.+)\.mts\((\d+),\d+\): (.+)$/s.exec(message) ?? []
      const found = modules.find(({ file }) => basename(file, '.mjs') === basename(path))
      if (!found) return message
      const { document, block } = found
      return `${document.path}:${block.line + Number(line) - 1 - block.given.split('\n').length}: ${what}`
    })
}
