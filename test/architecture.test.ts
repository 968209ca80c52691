import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))

/** What a package's source may import of this repository's other packages. */
const mayImport: Record<string, string[]> = {
  client: [],
  langchain: ['client'],
  llamaindex: ['client'],
  'ai-sdk': ['client'],
  emulator: [],
  bullmq: ['client', 'files'],
  files: [],
  cli: ['client', 'emulator', 'files', 'bullmq'],
}

/** The folders of the client's source, lowest first: a file imports of its own folder and of those before it. */
const order = [
  'version',
  'api',
  'errors',
  'lifetime',
  'budget',
  'observe',
  'wire',
  'models',
  'validate',
  'http',
  'delivery',
  'batches',
  'calls',
  'settings',
  'client',
  'adapters',
  'index',
]

function sources(name: string): string[] {
  return readdirSync(join(root, 'packages', name, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => join('packages', name, 'src', file))
}

function importsOf(file: string): string[] {
  const { importedFiles } = ts.preProcessFile(readFileSync(join(root, file), 'utf8'))
  return importedFiles.map(({ fileName }) => fileName)
}

/** The files of the same package that this one imports, for types too. */
function ownImportsOf(file: string): string[] {
  return importsOf(file)
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => join(dirname(file), specifier.replace(/\.js$/, '.ts')))
}

/** A file's folder in `src`, or its own name where it stands in none. */
function folderOf(file: string): string {
  return file.replace(/^packages\/[^/]+\/src\//, '').replace(/(\/.*|\.ts)$/, '')
}

function reaches(edges: ReadonlyMap<string, readonly string[]>, from: string, to: string): boolean {
  const seen = new Set<string>()
  const left = [...(edges.get(from) ?? [])]
  for (let file = left.pop(); file !== undefined; file = left.pop()) {
    if (file === to) return true
    if (seen.has(file)) continue
    seen.add(file)
    left.push(...(edges.get(file) ?? []))
  }
  return false
}

describe.each(Object.entries(mayImport))('packages/%s', (name, allowed) => {
  it('imports of the other packages only those below it', () => {
    const imported = new Set(
      sources(name).flatMap((file) =>
        importsOf(file).flatMap((specifier) => specifier.match(/^@pinecone-inference\/([^/]+)/)?.[1] ?? []),
      ),
    )
    expect([...imported].filter((other) => !allowed.includes(other))).toEqual([])
  })

  it('reaches into no other package by path', () => {
    const home = join(root, 'packages', name, 'src')
    const strays = sources(name).flatMap((file) =>
      importsOf(file)
        .filter((specifier) => specifier.startsWith('.'))
        .map((specifier) => relative(home, join(root, dirname(file), specifier)))
        // what client and emulator share
        .filter((path) => path.startsWith('..') && !path.startsWith('../../../spec/')),
    )
    expect(strays).toEqual([])
  })

  it('has no circle of imports', () => {
    const files = sources(name)
    const edges = new Map(files.map((file) => [file, ownImportsOf(file)]))
    expect(files.filter((file) => reaches(edges, file, file))).toEqual([])
  })

  it('has no circle of folders', () => {
    const edges = new Map<string, string[]>()
    for (const file of sources(name)) {
      const others = ownImportsOf(file).map(folderOf)
      const folder = folderOf(file)
      edges.set(folder, [...(edges.get(folder) ?? []), ...others.filter((other) => other !== folder)])
    }
    expect([...edges.keys()].filter((folder) => reaches(edges, folder, folder))).toEqual([])
  })

  it('has an index that exports and does nothing else', () => {
    const text = readFileSync(join(root, 'packages', name, 'src/index.ts'), 'utf8')
    const { statements } = ts.createSourceFile('index.ts', text, ts.ScriptTarget.Latest)
    expect(
      statements
        .filter((statement) => !ts.isExportDeclaration(statement))
        .map(({ kind }) => ts.SyntaxKind[kind]),
    ).toEqual([])
  })

  it('depends in package.json on what its source imports, and on nothing else', () => {
    const { dependencies = {}, peerDependencies = {} } = JSON.parse(
      readFileSync(join(root, 'packages', name, 'package.json'), 'utf8'),
    )
    const imported = new Set(
      sources(name)
        .flatMap(importsOf)
        .filter((specifier) => !specifier.startsWith('.') && !specifier.startsWith('node:'))
        .map((specifier) => specifier.match(/^(@[^/]+\/[^/]+|[^/]+)/)?.[0] ?? specifier),
    )
    for (const declared of Object.keys({ ...dependencies, ...peerDependencies }))
      expect(imported).toContain(declared)
  })
})

it('no file of the client imports from a higher folder', () => {
  const rank = (file: string) => order.indexOf(folderOf(file))
  const files = sources('client').filter((file) => !file.includes('/generated/'))
  expect(files.filter((file) => rank(file) < 0)).toEqual([])
  const up = files.flatMap((file) =>
    ownImportsOf(file)
      .filter((other) => rank(other) > rank(file))
      .map((other) => `${file} -> ${other}`),
  )
  expect(up).toEqual([])
})

it('the picture in CONTRIBUTING.md shows files that are there, and imports as arrows', () => {
  const [, picture = ''] =
    /```mermaid\n(.*?)```/s.exec(readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8')) ?? []
  const files = new Map<string, string>()
  for (const [, id = '', file = ''] of picture.matchAll(/(\w+)\["(\S+?\.ts)<br>/g)) {
    files.set(id, join('packages/client/src', file))
  }
  const arrows = [...picture.matchAll(/(\w+)(?:\[.*?\])? --> (\w+)/g)].map(([, from = '', to = '']) => [
    files.get(from) ?? from,
    files.get(to) ?? to,
  ])
  expect(arrows.length).toBeGreaterThan(15)
  for (const [from = '', to = ''] of arrows) expect(ownImportsOf(from), from).toContain(to)
})

it('the table of folders in CONTRIBUTING.md has their order', () => {
  const guide = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8')
  const folders = [...guide.matchAll(/^\| `(\w+)\/` +\|/gm)].map(([, folder]) => folder)
  const inSource = new Set(
    sources('client')
      .filter((file) => file.split('/').length > 4)
      .map(folderOf),
  )
  expect(folders).toEqual(order.filter((folder) => inSource.has(folder)))
})

it('the table of a run in CONTRIBUTING.md names files that are there', () => {
  const guide = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8')
  const [, section = ''] = /## How a run of `embed` survives a kill(.*?)\n## /s.exec(guide) ?? []
  const files = [...section.matchAll(/`([\w./-]+\.ts)`/g)].map(([, file = '']) =>
    file.startsWith('packages/') ? file : join('packages/cli/src/embed', file),
  )
  expect(files.length).toBeGreaterThan(8)
  expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([])
})
