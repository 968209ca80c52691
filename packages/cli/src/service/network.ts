import type { Command } from 'commander'
import type { EnvHttpProxyAgent } from 'undici'

const PROXY_VARIABLES = [
  ['https_proxy', 'HTTPS_PROXY'],
  ['http_proxy', 'HTTP_PROXY'],
] as const

/** What is on this machine is not asked for through a proxy, which would look for it on its own. */
const LOOPBACK = 'localhost,127.0.0.1,[::1]'

/**
 * Makes every request of this process go the way that the environment and the options say: through the proxy of
 * `HTTPS_PROXY` or `HTTP_PROXY` but for the hosts of `NO_PROXY`, and with `--allow-insecure` over plain http.
 */
export async function prepareNetwork(command: Command): Promise<void> {
  const { allowInsecure } = command.opts<{ allowInsecure?: boolean }>()
  if (allowInsecure) process.env.PINECONE_INFERENCE_ALLOW_INSECURE = '1'
  const proxies = PROXY_VARIABLES.map((names) => proxyOf(names, command))
  const [httpsProxy, httpProxy] = proxies
  if (!httpsProxy && !httpProxy) return
  const { EnvHttpProxyAgent, setGlobalDispatcher } = await import('undici')
  const options: EnvHttpProxyAgent.Options = { noProxy: noProxy() }
  if (httpsProxy) options.httpsProxy = httpsProxy
  if (httpProxy) options.httpProxy = httpProxy
  proxied = new EnvHttpProxyAgent(options)
  setGlobalDispatcher(proxied)
}

let proxied: EnvHttpProxyAgent | undefined

/** After a command: a proxy that has not answered yet must not keep the process alive. */
export async function leaveNetwork(): Promise<void> {
  await proxied?.destroy()
}

/** The proxy that a variable names; without a scheme it is `http://`, as for curl. */
function proxyOf(names: readonly string[], command: Command): string | undefined {
  const name = names.find((variable) => process.env[variable])
  const value = name === undefined ? undefined : process.env[name]?.trim()
  if (!value) return undefined
  const url = value.includes('://') ? value : `http://${value}`
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url
  // not shown, as it may hold a password
  return command.error(`error: ${name} is not the address of an http or https proxy`, { exitCode: 1 })
}

function noProxy(): string {
  const value = process.env.no_proxy ?? process.env.NO_PROXY ?? ''
  return value.trim() === '*' ? '*' : `${value},${LOOPBACK}`
}
