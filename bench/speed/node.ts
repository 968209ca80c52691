import { execFileSync } from 'node:child_process'

/** The Node that everything measured runs on: this one, or where it is too old for a peer, the registry's `node`. */
export function nodeForAll(): { path: string; version: string } {
  const [major = 0] = process.versions.node.split('.').map(Number)
  const path = major >= 22 ? process.execPath : run('npx', ['-y', 'node@24', '-p', 'process.execPath'])
  return { path, version: run(path, ['-p', 'process.versions.node']) }
}

function run(command: string, args: string[]): string {
  return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
}
