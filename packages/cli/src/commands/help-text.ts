/** What each command reads from the environment, and ends with, as its `--help` says it. */

const service = [
  ['PINECONE_API_KEY', 'the key; --offline needs none'],
  ['PINECONE_INFERENCE_URL', 'the service’s address (default: https://api.pinecone.io)'],
  ['PINECONE_INFERENCE_ALLOW_INSECURE', '1 is --allow-insecure'],
  ['HTTPS_PROXY, HTTP_PROXY', 'the proxy'],
  ['NO_PROXY', 'the hosts that are reached without it; so is this machine'],
] as const
const redis = ['REDIS_URL', 'the address of --redis, so that a password is not on the command line'] as const

export function environmentHelp({ hasRedis = false } = {}): string {
  const rows = hasRedis ? [...service, redis] : service
  const width = Math.max(...rows.map(([name]) => name.length))
  return table(
    'Environment',
    rows.map(([name, meaning]) => [name.padEnd(width), meaning]),
  )
}

const exitCodes = {
  0: 'done',
  1: 'an option, the key, the input, the output or the request is at fault; the same command fails again',
  2: 'done, but for some inputs: OUTPUT.failed.jsonl, or a line for each, says why',
  3: 'the service or the network failed; the same command may work later, and continues where it was',
  130: 'stopped by Ctrl-C (143: by SIGTERM, 129: by SIGHUP)',
  141: 'nobody read the output to its end',
} as const

export function exitCodesHelp(...codes: readonly (keyof typeof exitCodes)[]): string {
  return table(
    'Exit codes',
    codes.map((code) => [String(code).padEnd(3), exitCodes[code]]),
  )
}

function table(title: string, rows: readonly (readonly [string, string])[]): string {
  return `\n${title}:\n${rows.map(([name, meaning]) => `  ${name}  ${meaning}\n`).join('')}`
}
