import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { afterAll, expect, it } from 'vitest'

const file = fileURLToPath(new URL('./in-an-editor.ts', import.meta.url))
const root = fileURLToPath(new URL('../..', import.meta.url))
const given = `
import { PineconeInference } from '@pinecone-inference/client'
import { PineconeEmbeddings, PineconeRerank } from '@pinecone-inference/langchain'
declare const pinecone: PineconeInference
`

const { compilerOptions } = JSON.parse(readFileSync(`${root}/tsconfig.base.json`, 'utf8'))
const { options } = ts.convertCompilerOptionsFromJson(compilerOptions, root)

/** What is in the editor, and how often it was changed. */
let source = given
let version = 0
const service = ts.createLanguageService({
  getCompilationSettings: () => options,
  getCurrentDirectory: () => root,
  getDefaultLibFileName: ts.getDefaultLibFilePath,
  getScriptFileNames: () => [file],
  getScriptVersion: (path) => (path === file ? String(version) : '1'),
  getScriptSnapshot: (path) => {
    const content = path === file ? source : ts.sys.readFile(path)
    return content === undefined ? undefined : ts.ScriptSnapshot.fromString(content)
  },
  fileExists: (path) => path === file || ts.sys.fileExists(path),
  readFile: ts.sys.readFile,
})
afterAll(() => service.dispose())

/** What an editor offers at the `|`: values of strings and numbers, and names of options. */
function offered(line: string): string[] {
  source = given + line.replace('|', '')
  version++
  const completions = service.getCompletionsAtPosition(file, given.length + line.indexOf('|'), undefined)
  const kinds: string[] = [ts.ScriptElementKind.string, ts.ScriptElementKind.memberVariableElement]
  return (completions?.entries ?? []).filter(({ kind }) => kinds.includes(kind)).map(({ name }) => name)
}

it.each([
  [
    'the embed models',
    "pinecone.embed({ model: '|', inputs: [] })",
    [
      'llama-text-embed-v2',
      'multilingual-e5-large',
      'pinecone-sparse-english-v0',
      'pinecone-sparse-multilingual-v0',
    ],
  ],
  [
    'the rerankers',
    "pinecone.rerank({ model: '|', query: '', documents: [] })",
    ['bge-reranker-v2-m3', 'cohere-rerank-4-fast', 'cohere-rerank-3.5', 'pinecone-rerank-v0'],
  ],
  [
    'the input types',
    "pinecone.embedAll({ model: 'my-own', inputs: [], parameters: { inputType: '|' } })",
    ['query', 'passage'],
  ],
  [
    'the truncations of a model',
    "pinecone.embedAll({ model: 'multilingual-e5-large', inputs: [], parameters: { truncate: '|' } })",
    ['END', 'NONE'],
  ],
  [
    'the lengths of a model',
    "pinecone.embedStream({ model: 'llama-text-embed-v2', inputs: [], parameters: { dimension: | } })",
    ['384', '512', '768', '1024', '2048'],
  ],
  [
    'the truncations of a reranker',
    "pinecone.rerankAll({ model: 'bge-reranker-v2-m3', query: '', documents: [], parameters: { truncate: '|' } })",
    ['END', 'NONE'],
  ],
  [
    'the lengths of an adapter’s model',
    "new PineconeEmbeddings({ model: 'llama-text-embed-v2', dimension: | })",
    ['384', '512', '768', '1024', '2048'],
  ],
  [
    'the truncations of an adapter’s reranker',
    "new PineconeRerank({ parameters: { truncate: '|' } })",
    ['END', 'NONE'],
  ],
])('an editor offers %s', (_, line, names) => {
  expect(offered(line).sort()).toEqual(names.sort())
})
