/** The environment variables and exit codes of the commands, as `--help` shows them. */

const service = [
  ['PINECONE_API_KEY', 'the API key; not needed with --offline'],
  ['PINECONE_INFERENCE_URL', 'the service’s address (default: https://api.pinecone.io)'],
  ['PINECONE_INFERENCE_ALLOW_INSECURE', '1 is the same as --allow-insecure'],
  ['HTTPS_PROXY, HTTP_PROXY', 'the proxy'],
  ['NO_PROXY', 'hosts reached without the proxy; this machine always is'],
] as const
const redis = ['REDIS_URL', 'the address for --redis, which keeps its password off the command line'] as const

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
  1: 'an option, the key, the input, the output or the request is wrong; the same command fails again',
  2: 'done, except for some inputs; the reasons are in OUTPUT.failed.jsonl, or on a line for each',
  3: 'the service or the network failed; the same command may succeed later, and resumes',
  130: 'stopped by Ctrl-C (143: by SIGTERM, 129: by SIGHUP)',
  141: 'the reader closed the output early, as in … | head',
} as const

export function exitCodesHelp(...codes: readonly (keyof typeof exitCodes)[]): string {
  return table(
    'Exit codes',
    codes.map((code) => [String(code).padEnd(3), exitCodes[code]]),
  )
}

function table(title: string, rows: readonly (readonly [string, string])[]): string {
  return `\n${title}:\n${rows.map(([name, meaning]) => `  ${name}  ${meaning}`).join('\n')}`
}
