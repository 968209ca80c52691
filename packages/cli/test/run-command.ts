import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { takeCoverage } from 'node:v8'
import { createProgram } from '@pinecone-inference/cli'
import { afterAll, onTestFinished } from 'vitest'

/** c8 hands the latter down, to watch what the command runs. */
const { PATH, NODE_V8_COVERAGE } = process.env

// vitest ends this process before it would write what `run` has covered.
afterAll(() => {
  if (NODE_V8_COVERAGE) takeCoverage()
})

export const main = fileURLToPath(new URL('../dist/main.js', import.meta.url))

/** A folder with the given files, gone after the test. */
export async function folderOf(files: Record<string, string> = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'cli-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content)
  return folder
}

export interface Ended {
  /** Null if a signal ended it. */
  code: number | null
  stdout: string
  stderr: string
}

interface Limits {
  /** Blocks of 512 bytes that a file may have, so that writing fails as on a full disk. */
  fileBlocks?: number
  /** What the standard input is, instead of a pipe. */
  stdin?: string
  /** A file that takes the standard output. */
  stdout?: string
}

/** Starts the built command in a folder. */
export function start(
  folder: string,
  args: readonly string[],
  env: Record<string, string> = {},
  { fileBlocks, stdin: from, stdout: to }: Limits = {},
) {
  const limit = fileBlocks === undefined ? '' : `ulimit -f ${fileBlocks}; `
  const redirection = `${from === undefined ? '' : ` < ${from}`}${to === undefined ? '' : ` > ${to}`}`
  const shell = ['sh', '-c', `${limit}exec "$@"${redirection}`, 'sh']
  const command = [process.execPath, main, ...args]
  const [program = '', ...rest] = limit || redirection ? [...shell, ...command] : command
  const child = spawn(program, rest, {
    cwd: folder,
    env: { PATH, NODE_V8_COVERAGE, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk) => {
    stdout += chunk
  })
  child.stderr.on('data', (chunk) => {
    stderr += chunk
  })
  const ended: Promise<Ended> = once(child, 'close').then(([code]) => ({ code, stdout, stderr }))
  return { child, ended }
}

/** Runs the built command in a folder, as a process of its own, to its end. */
export function runProcess(
  folder: string,
  args: readonly string[],
  env: Record<string, string> = {},
  limits: Limits = {},
): Promise<Ended> {
  const { child, ended } = start(folder, args, env, limits)
  child.stdin.end()
  return ended
}

/**
 * Runs the built command in a folder to its end, in this process, which takes a tenth of the time: for what is not about
 * the process itself, such as signals or a full disk. One at a time, as a process has one folder and one environment.
 */
export async function run(
  folder: string,
  args: readonly string[],
  env: Record<string, string> = {},
  input = '',
): Promise<Ended> {
  const stdout = new Collected()
  const stderr = new Collected()
  const leave = enter({
    folder,
    env,
    stdin: Readable.from(input === '' ? [] : [Buffer.from(input)]),
    stdout,
    stderr,
  })
  try {
    await createProgram().parseAsync(args, { from: 'user' })
    return { code: Number(process.exitCode ?? 0), stdout: stdout.text, stderr: stderr.text }
  } catch (error) {
    if (!(error instanceof Exit)) throw error
    return { code: error.code, stdout: stdout.text, stderr: stderr.text }
  } finally {
    leave()
  }
}

class Collected extends Writable {
  text = ''

  override _write(chunk: Buffer, _: string, done: () => void): void {
    this.text += chunk
    done()
  }
}

/** Where `process.exit` was called. */
class Exit extends Error {
  readonly code: number

  constructor(code: number) {
    super(`process.exit(${code})`)
    this.code = code
  }
}

interface Surroundings {
  readonly folder: string
  readonly env: Record<string, string>
  readonly stdin: Readable
  readonly stdout: Writable
  readonly stderr: Writable
}

let isTaken = false

/** Gives this process the surroundings of another. */
function enter({ folder, env, stdin, stdout, stderr }: Surroundings): () => void {
  if (isTaken) throw new Error('A command is running in this process; start the other one as a process.')
  isTaken = true
  const before = process.cwd()
  const exit = (code?: number | string | null) => {
    throw new Exit(Number(code ?? process.exitCode ?? 0))
  }
  const replaced = { env: { PATH, ...env }, stdin, stdout, stderr, exit }
  const originals = Object.keys(replaced).map(
    (name) => [name, Object.getOwnPropertyDescriptor(process, name) ?? {}] as const,
  )
  for (const [name, value] of Object.entries(replaced)) {
    Object.defineProperty(process, name, { value, configurable: true, writable: true, enumerable: true })
  }
  process.chdir(folder)
  process.exitCode = undefined
  return () => {
    process.exitCode = undefined
    process.chdir(before)
    for (const [name, original] of originals) Object.defineProperty(process, name, original)
    isTaken = false
  }
}
