import { join } from 'node:path'
import { root, run } from './packed.js'

/** Compiles a program in a project of its own by the repository's compiler, or another of its packages. */
export async function compile(file: string, more: string, compiler = 'typescript-7'): Promise<void> {
  const options = `--strict --module nodenext --target es2022 ${more}`
  const nodeTypes = ['--types', 'node', '--typeRoots', join(root, 'node_modules/@types')]
  const tsc = join(root, 'node_modules', compiler, 'bin/tsc')
  // The compiler fails where the folder it runs in has a tsconfig.json.
  const cwd = join(file, '..')
  await run(process.execPath, [tsc, ...options.split(' '), ...nodeTypes, file], { cwd }).catch((error) => {
    throw new Error(error.stdout, { cause: error })
  })
}
