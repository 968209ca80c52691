import { execFileSync } from 'node:child_process'

/** An executable Node.js. */
export interface Node {
  readonly path: string
  readonly version: string
}

/** The Node that peers are measured on: this one, or where it is too old for a peer, the registry's `node`. */
export function nodeForAll(): Node {
  const [major = 0] = process.versions.node.split('.').map(Number)
  return major >= 22 ? nodeAt(process.execPath) : nodeOf(24)
}

/** One of the registry's `node`. */
export function nodeOf(major: number): Node {
  return nodeAt(run('npx', ['-y', `node@${major}`, '-p', 'process.execPath']))
}

function nodeAt(path: string): Node {
  return { path, version: run(path, ['-p', 'process.versions.node']) }
}

function run(command: string, args: string[]): string {
  return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
}
