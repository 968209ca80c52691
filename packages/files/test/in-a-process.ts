import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const index = fileURLToPath(new URL('../dist/index.js', import.meta.url))

/** What a reader of the package gives of a source, as JSON lines, and what it throws, from a process of its own. */
export async function inAProcess(
  reader: string,
  source: string,
  input = '',
  options: object = {},
): Promise<{ output: string; errors: string }> {
  const child = spawn(process.execPath, [
    '--input-type=module',
    '--eval',
    `import { ${reader} } from ${JSON.stringify(index)}
     for await (const item of ${reader}(${JSON.stringify(source)}, ${JSON.stringify(options)})) console.log(JSON.stringify(item))`,
  ])
  let output = ''
  let errors = ''
  child.stdout.on('data', (chunk) => {
    output += chunk
  })
  child.stderr.on('data', (chunk) => {
    errors += chunk
  })
  child.stdin.end(input)
  await once(child, 'close')
  return { output, errors }
}

/** What a reader gives of the standard input. */
export async function fromStandardInput(reader: string, input: string): Promise<string> {
  return (await inAProcess(reader, '-', input)).output
}
