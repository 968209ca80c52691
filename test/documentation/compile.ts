import { mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
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
  const sources = new Map<string, { document: Document; block: CodeBlock }>()
  for (const document of documents) {
    for (const block of document.blocks.filter(({ language }) => language === 'ts')) {
      const name = `${document.path.replace(/\.md$/, '').replaceAll('/', '-')}-line-${block.line}.mts`
      const file = join(folder, name)
      writeFileSync(file, `${block.given}\n${withSdk9(block.code)}\nexport {}\n`)
      sources.set(file, { document, block })
    }
  }

  const { config } = ts.readConfigFile(join(root, 'tsconfig.base.json'), ts.sys.readFile)
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root)
  const program = ts.createProgram([...sources.keys()], { ...options, declaration: false, sourceMap: false })
  const diagnostics = [...ts.getPreEmitDiagnostics(program), ...program.emit().diagnostics]

  return {
    folder,
    modules: [...sources].map(([file, source]): Module => ({ ...source, file: file.replace(/mts$/, 'mjs') })),
    mistakes: diagnostics.map(({ file, start = 0, messageText }) => {
      const message = ts.flattenDiagnosticMessageText(messageText, '\n')
      const source = file && sources.get(file.fileName)
      if (!source) return message
      const { document, block } = source
      const line =
        block.line + file.getLineAndCharacterOfPosition(start).line - block.given.split('\n').length
      return `${document.path}:${line}: ${message}`
    }),
  }
}
