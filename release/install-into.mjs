// Packs packages of this repository, with those they need, and installs them into a project elsewhere:
//   npx -y pnpm@12 install-into ../my-app @pinecone-inference/langchain @langchain/core
// Anything without this scope, be it an npm package of the same name or an option such as --save-dev, goes to npm as it is.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const SCOPE = '@pinecone-inference/'
const root = fileURLToPath(new URL('..', import.meta.url))
const [project, ...names] = process.argv.slice(2)
const here = readdirSync(join(root, 'packages'))
const wanted = names.filter((name) => name.startsWith(SCOPE)).map((name) => name.slice(SCOPE.length))
const unknown = wanted.filter((name) => !here.includes(name))
// Without the scope it is somebody else's package.
const unscoped = wanted.length === 0 ? names.filter((name) => here.includes(name)) : []
if (!project || wanted.length === 0 || unknown.length > 0) {
  for (const name of unknown) console.error(`${SCOPE}${name} is not a package of this repository`)
  for (const name of unscoped) console.error(`Did you mean ${SCOPE}${name}?`)
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

const tarballs = join(root, 'tarballs')
const tarballOf = (name) => join(tarballs, `pinecone-inference-${name}-${manifestOf(name).version}.tgz`)

/** When the newest file that a tarball is made of was changed. */
function changedAt(name) {
  const home = join(root, 'packages', name)
  const inside = readdirSync(home, { recursive: true, encoding: 'utf8' })
    .filter((file) => !/^(node_modules|dist|test)\b|generated/.test(file))
    .map((file) => join(home, file))
  const shared = readdirSync(join(root, 'spec')).map((file) => join(root, 'spec', file))
  const files = [...inside, ...shared, join(root, 'tsup.config.ts'), join(root, 'pnpm-lock.yaml')]
  return Math.max(...files.map((file) => statSync(file).mtimeMs))
}

const needed = [...withDependencies(wanted)]
const stale = needed.filter(
  (name) => !existsSync(tarballOf(name)) || statSync(tarballOf(name)).mtimeMs < changedAt(name),
)
if (stale.length > 0) {
  console.log(`packing ${stale.join(', ')}`)
  const filters = stale.flatMap((name) => ['--filter', `./packages/${name}`])
  // With those they depend on, whose types they build on.
  const builds = needed.flatMap((name) => ['--filter', `./packages/${name}`])
  const run = (args) => execFileSync('pnpm', args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })
  run([...builds, 'run', 'build'])
  run([...filters, 'pack', '--pack-destination', tarballs])
}

const folder = resolve(root, project)
mkdirSync(folder, { recursive: true })
// For a new project the examples' `import` and top-level `await` work in files named .js and .ts.
if (!existsSync(join(folder, 'package.json'))) {
  writeFileSync(
    join(folder, 'package.json'),
    `${JSON.stringify({ private: true, type: 'module' }, null, 2)}\n`,
  )
}
const files = needed.map(tarballOf)
execFileSync('npm', ['install', ...files, ...names.filter((name) => !name.startsWith(SCOPE))], {
  cwd: folder,
  stdio: 'inherit',
})
