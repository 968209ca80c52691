import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Requests of each at a time. */
const IN_FLIGHT = 4

export interface Contender {
  readonly name: string
  /** Arguments of Node.js for a run that embeds `input` into `output` and prints a line of JSON with `done`. */
  argv(input: string, output: string): string[]
}

const cli = dirname(createRequire(import.meta.url).resolve('@pinecone-inference/cli/package.json'))
const { bin } = JSON.parse(readFileSync(join(cli, 'package.json'), 'utf8'))
const officialSdkLoop = fileURLToPath(new URL('./official-sdk-loop.ts', import.meta.url))

export const contenders: readonly Contender[] = [
  {
    name: 'pinecone-inference embed',
    argv: (input, output) => [
      join(cli, bin['pinecone-inference']),
      ...['embed', input, '-o', output, '--model', 'llama-text-embed-v2', '--json'],
      ...['--concurrency', String(IN_FLIGHT)],
    ],
  },
  {
    name: 'a loop around the official SDK',
    argv: (input, output) => ['--import', 'tsx', officialSdkLoop, input, output, String(IN_FLIGHT)],
  },
]
