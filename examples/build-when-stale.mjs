// Builds the packages whose sources are newer than their builds, without types: the programs here need none.
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const { mtimeMs: shared } = statSync(join(root, 'tsup.config.ts'))

for (const name of readdirSync(join(root, 'packages'))) {
  const home = join(root, 'packages', name)
  const build = join(home, 'dist/index.js')
  const sources = readdirSync(join(home, 'src'), { recursive: true, encoding: 'utf8' }).map((file) =>
    join(home, 'src', file),
  )
  const inputs = [join(home, 'package.json'), join(home, 'tsup.config.ts'), ...sources].filter(existsSync)
  const newest = Math.max(shared, ...inputs.map((file) => statSync(file).mtimeMs))
  if (existsSync(build) && statSync(build).mtimeMs > newest) continue
  console.log(`building ${name}`)
  const config = existsSync(join(home, 'tsup.config.ts')) ? 'tsup.config.ts' : '../../tsup.config.ts'
  execFileSync(
    process.execPath,
    [join(root, 'node_modules/tsup/dist/cli-default.js'), '--config', config, '--no-dts', '--no-clean'],
    { cwd: home, stdio: ['ignore', 'ignore', 'inherit'] },
  )
}
