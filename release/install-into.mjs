// Packs packages of this repository, with those they need, and installs them into a project elsewhere:
//   npx -y pnpm@12 install-into ../my-app langchain @langchain/core
// What is no package here, and options such as --save-dev, goes to npm as it is.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const SCOPE = '@pinecone-inference/'
const root = fileURLToPath(new URL('..', import.meta.url))
const [project, ...names] = process.argv.slice(2)
const here = readdirSync(join(root, 'packages'))
if (!project || names.length === 0) {
  console.error(`usage: npx -y pnpm@12 install-into FOLDER NAME...   (names here: ${here.join(', ')})`)
  process.exit(1)
}
if (existsSync(join(root, project, 'pnpm-workspace.yaml')) || resolve(root, project) === resolve(root)) {
  console.error(`${project} is a workspace; give the folder of a project of its own`)
  process.exit(1)
}

const isHere = (name) => here.includes(name.replace(SCOPE, ''))
const manifestOf = (name) => JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8'))

/** The packages and those of this repository that they depend on. */
function withDependencies(wanted, found = new Set()) {
  for (const name of wanted.map((name) => name.replace(SCOPE, ''))) {
    if (found.has(name)) continue
    found.add(name)
    withDependencies(Object.keys(manifestOf(name).dependencies ?? {}).filter(isHere), found)
  }
  return found
}

const packed = [...withDependencies(names.filter(isHere))]
const tarballs = join(root, 'tarballs')
const run = (command, args, cwd) =>
  execFileSync(command, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] })
const filters = packed.flatMap((name) => ['--filter', `./packages/${name}`])
run('pnpm', [...filters, 'run', 'build'], root)
run('pnpm', [...filters, 'pack', '--pack-destination', tarballs], root)

const folder = resolve(root, project)
mkdirSync(folder, { recursive: true })
const files = packed.map((name) =>
  join(tarballs, `pinecone-inference-${name}-${manifestOf(name).version}.tgz`),
)
execFileSync('npm', ['install', ...files, ...names.filter((name) => !isHere(name))], {
  cwd: folder,
  stdio: 'inherit',
})
