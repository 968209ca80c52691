import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const source = fileURLToPath(new URL('./src/wire/numbers/assembly', import.meta.url))
const target = fileURLToPath(new URL('./src/generated/number-reader.ts', import.meta.url))

/**
 * Compiles src/wire/numbers/assembly to WebAssembly, into a module that holds it in base64. Does nothing where that is
 * newer than its sources.
 */
export async function compileNumbers(): Promise<void> {
  const inputs = [fileURLToPath(import.meta.url), ...readdirSync(source).map((file) => join(source, file))]
  const newest = Math.max(...inputs.map((file) => statSync(file).mtimeMs))
  if (existsSync(target) && statSync(target).mtimeMs > newest) return
  // two seconds to load
  const { main } = await import('assemblyscript/asc')
  const files = new Map<string, string | Uint8Array>()
  const { error, stderr } = await main(
    [
      ...['reader.ts', '--baseDir', source, '--outFile', 'reader.wasm'],
      ...['--runtime', 'stub', '-O3', '--converge', '--noAssert', '--initialMemory', '10'],
    ],
    { writeFile: (name, contents) => void files.set(name, contents) },
  )
  if (error) throw new Error(`${error.message}\n${stderr}`)
  const base64 = Buffer.from(files.get('reader.wasm') ?? '').toString('base64')
  writeFileSync(
    target,
    `// Compiled from src/wire/numbers/assembly by the build.\nexport const WASM =\n  '${base64}'\n`,
  )
}
