import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

/** c8 hands the latter down, to watch what the command runs. */
const { PATH, NODE_V8_COVERAGE } = process.env

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

/** Runs the built command in a folder to its end. */
export function run(
  folder: string,
  args: readonly string[],
  env: Record<string, string> = {},
  limits: Limits = {},
): Promise<Ended> {
  const { child, ended } = start(folder, args, env, limits)
  child.stdin.end()
  return ended
}
