// Packs packages of this repository, with those they need, and installs them into a project elsewhere:
//   npx -y pnpm@12 install-into ../my-app @pinecone-inference/langchain @langchain/core
// Anything without this scope, be it an npm package of the same name or an option such as --save-dev, goes to npm as it is.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const SCOPE = '@pinecone-inference/'
const root = fileURLToPath(new URL('..', import.meta.url))
const [project, ...names] = process.argv.slice(2)
const here = readdirSync(join(root, 'packages'))
const wanted = names.filter((name) => name.startsWith(SCOPE)).map((name) => name.slice(SCOPE.length))
const unknown = wanted.filter((name) => !here.includes(name))
if (!project || names.length === 0 || unknown.length > 0) {
  for (const name of unknown) console.error(`${SCOPE}${name} is not a package of this repository`)
  console.error(`usage: npx -y pnpm@12 install-into FOLDER NAME...   (here: ${SCOPE}{${here.join(',')}})`)
  process.exit(1)
}
if (existsSync(join(root, project, 'pnpm-workspace.yaml')) || resolve(root, project) === resolve(root)) {
  console.error(`${project} is a workspace; give the folder of a project of its own`)
  process.exit(1)
}

const manifestOf = (name) => JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8'))

/** The packages and those of this repository that they depend on. */
function withDependencies(wanted, found = new Set()) {
  for (const name of wanted) {
    if (found.has(name)) continue
    found.add(name)
    const needed = Object.keys(manifestOf(name).dependencies ?? {}).filter((one) => one.startsWith(SCOPE))
    withDependencies(
      needed.map((one) => one.slice(SCOPE.length)),
      found,
    )
  }
  return found
}

const packed = [...withDependencies(wanted)]
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
execFileSync('npm', ['install', ...files, ...names.filter((name) => !name.startsWith(SCOPE))], {
  cwd: folder,
  stdio: 'inherit',
})
