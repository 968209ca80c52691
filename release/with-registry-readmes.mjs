// Runs a command while the READMEs of the packages are as they must be on the registry:
//   node release/with-registry-readmes.mjs pnpm --filter './packages/*' pack
// links lead into the repository, and packages are installed by name. Does nothing else while
// release/repository.json has no address, as nothing is released before.
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { posix } from 'node:path'

const root = new URL('../', import.meta.url)
const { url } = JSON.parse(readFileSync(new URL('repository.json', import.meta.url), 'utf8'))

/** Relative links in Markdown, and in the `src` of images, as links into the repository. */
export function absoluteLinks(markdown, folder, address) {
  const absolute = (path, view) => `${address}/${view}/main/${posix.join(folder, path)}`
  return markdown
    .replace(/(!?)(\[[^\]]*\])\((?!\w+:|#)([^)]+)\)/g, (_, image, text, path) => {
      return `${image}${text}(${absolute(path, image ? 'raw' : 'blob')})`
    })
    .replace(/(<img [^>]*src=")(?!\w+:)([^"]+)/g, (_, start, path) => start + absolute(path, 'raw'))
}

/** `install-into`, which packs what is not on the registry, as an install from the registry. */
export function installsByName(markdown) {
  return markdown
    .replace(/^(# not on npm yet: .*|cd \.\.\/my-app)\n/gm, '')
    .replace(/npx -y pnpm@12 install-into \S+ /g, 'npm install ')
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const [command, ...args] = process.argv.slice(2)
  const originals = new Map()
  const restore = () => {
    for (const [file, text] of originals) writeFileSync(file, text)
  }
  // A Ctrl-C ends the command, which ends this; the READMEs are put back either way.
  process.on('SIGINT', () => {})
  process.on('SIGTERM', () => {})
  try {
    for (const name of url ? readdirSync(new URL('packages', root)) : []) {
      const file = new URL(`packages/${name}/README.md`, root)
      const text = readFileSync(file, 'utf8')
      originals.set(file, text)
      writeFileSync(file, installsByName(absoluteLinks(text, `packages/${name}`, url)))
    }
    process.exitCode = spawnSync(command, args, { stdio: 'inherit', cwd: root }).status ?? 1
  } finally {
    restore()
  }
}
