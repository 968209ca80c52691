// Runs a command while the READMEs of the packages have links that work away from the repository:
//   node release/with-registry-readmes.mjs pnpm --filter './packages/*' pack
// Does nothing else while release/repository.json has no address.
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
      writeFileSync(file, absoluteLinks(text, `packages/${name}`, url))
    }
    process.exitCode = spawnSync(command, args, { stdio: 'inherit', cwd: root }).status ?? 1
  } finally {
    restore()
  }
}
