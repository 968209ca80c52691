import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { readDocuments, root } from './documents.js'

interface Manifest {
  name: string
  scripts?: Record<string, string>
  dependencies?: Record<string, string>
  devDependencies?: Record<string, string>
  peerDependencies?: Record<string, string>
}

const manifestOf = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
const workspace = [
  '',
  'bench',
  'examples',
  'test',
  ...readdirSync(join(root, 'packages')).map((name) => `packages/${name}`),
]
const manifests = workspace.map(manifestOf)

/** The lines of the shell blocks, without comments. */
const commands = readDocuments().flatMap(({ path, blocks }) =>
  blocks
    .filter(({ language }) => language === 'sh')
    .flatMap(({ code }) => code.split('\n'))
    .map((line) => line.replace(/\s+#.*$|^#.*$/, '').trim())
    .filter((line) => line !== '')
    .map((line) => ({ path, line })),
)
const matching = (pattern: RegExp) =>
  commands.flatMap(({ path, line }) => {
    const match = pattern.exec(line)
    return match ? [{ path, line, groups: match.slice(1) }] : []
  })

it.each(matching(/^(?:npm install|npx -y pnpm@12 install-into \S+) (.+)$/))(
  '$path: $line names packages that this repository has or is tested with',
  ({ groups: [names = ''] }) => {
    const known = manifests.flatMap(({ name, ...manifest }) => [
      name,
      ...Object.keys({ ...manifest.dependencies, ...manifest.devDependencies, ...manifest.peerDependencies }),
    ])
    for (const name of names.split(' ').filter((word) => !word.startsWith('-')))
      expect(known).toContain(name.replace(/(?<=.)@.*$/, ''))
  },
)

const isOnNpm = !readFileSync(join(root, 'README.md'), 'utf8').includes('not on npm yet')

it('the packages are installed from where they are, and not run before', () => {
  const install = isOnNpm ? 'npm install' : 'install-into'
  const fromElsewhere = isOnNpm
    ? /install-into/
    : /(npm install|npx (?!-y pnpm@12 install-into)).*@pinecone-inference/
  const problems = readDocuments().flatMap(({ path, blocks }) =>
    blocks
      .filter(({ language }) => language === 'sh')
      .filter(({ code }) => {
        const [before, after] = code.split('npx pinecone-inference')
        const notInstalled = after !== undefined && !before?.includes(install)
        return notInstalled || fromElsewhere.test(code)
      })
      .map(({ line }) => `${path}:${line}`),
  )
  expect(problems).toEqual([])
})

it.each(readDocuments().filter(({ path }) => /^packages\/[^/]+\/README.md$/.test(path)))(
  '$path installs what its samples import',
  ({ blocks }) => {
    const installed = blocks
      .filter(({ language }) => language === 'sh')
      .flatMap(({ code }) => [...code.matchAll(/^(?:npm install|npx -y pnpm@12 install-into) .+/gm)])
      .flatMap(([line]) => line.split(' ').map((word) => word.replace(/(?<=.)@.*$/, '')))
    const imported = blocks
      .filter(({ language }) => language === 'ts')
      .flatMap(({ code }) => [...code.matchAll(/ from '((?:@[^/']+\/)?[^/':]+)[^':]*'/g)])
      .flatMap(([, name = '']) => name)
    expect(imported.filter((name) => !installed.includes(name))).toEqual([])
  },
)

it.each(matching(/^npx -y pnpm@12 (?:--filter \.\/(\S+) )?(?:run )?(\S+)(?: (\S+\/main\.ts))?/))(
  '$path: $line is a script',
  ({ groups: [folder = '', script = '', program] }) => {
    expect(Object.keys(manifestOf(folder).scripts ?? {})).toContain(script)
    if (program) expect(existsSync(join(root, 'examples', program))).toBe(true)
  },
)

const helpTexts = new Map<string, Promise<string>>()
function helpOf(command: string): Promise<string> {
  const main = join(root, 'packages/cli/dist/main.js')
  const known = helpTexts.get(command)
  const help =
    known ?? promisify(execFile)(process.execPath, [main, command, '--help']).then(({ stdout }) => stdout)
  helpTexts.set(command, help)
  return help
}

it.each(matching(/^(?:.*\| |npx )?(?:@pinecone-inference\/cli|pinecone-inference) ([a-z]+)([^|>)]*)/))(
  '$path: $line is a command with these options',
  async ({ groups: [command = '', rest = ''] }) => {
    const help = await helpOf(command)
    for (const [option] of rest.matchAll(/(?<= )--?[a-z][a-z-]*/g)) expect(help).toContain(option)
  },
)
