import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const index = fileURLToPath(new URL('../dist/index.js', import.meta.url))

/** What a reader of the package gives of a standard input, as JSON lines, from a process of its own. */
export async function fromStandardInput(reader: string, input: string): Promise<string> {
  const child = spawn(process.execPath, [
    '--input-type=module',
    '--eval',
    `import { ${reader} } from ${JSON.stringify(index)}
     for await (const item of ${reader}('-')) console.log(JSON.stringify(item))`,
  ])
  let output = ''
  child.stdout.on('data', (chunk) => {
    output += chunk
  })
  child.stdin.end(input)
  await once(child, 'close')
  return output
}
