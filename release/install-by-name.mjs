// With the first release: every page here installs from the registry from then on.
//   npx -y pnpm@12 installs-from-npm
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { installsByName } from './with-registry-readmes.mjs'

const root = new URL('../', import.meta.url)
const pages = ['README.md', 'examples/README.md']
for (const folder of readdirSync(new URL('packages', root))) pages.push(`packages/${folder}/README.md`)
for (const name of readdirSync(new URL('docs', root))) if (name.endsWith('.md')) pages.push(`docs/${name}`)

for (const page of pages) {
  const file = new URL(page, root)
  const before = readFileSync(file, 'utf8')
  const after = installsByName(before).replace(/^The packages are not on npm yet\. .*\n\n/m, '')
  if (after === before) continue
  writeFileSync(file, after)
  console.log(page)
}
