import type { Command } from 'commander'
import type { EnvHttpProxyAgent } from 'undici'

const PROXY_VARIABLES = [
  ['https_proxy', 'HTTPS_PROXY'],
  ['http_proxy', 'HTTP_PROXY'],
] as const

/** This machine is never reached through the proxy, for which these names would mean the proxy's own machine. */
const LOOPBACK = 'localhost,127.0.0.1,[::1]'

/**
 * Sets up the network for all requests of this process: the proxy of `HTTPS_PROXY` or `HTTP_PROXY`, except for the hosts
 * of `NO_PROXY`, and plain http with `--allow-insecure`.
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

/** Called after a command: a proxy that has not answered must not keep the process alive. */
export async function leaveNetwork(): Promise<void> {
  await proxied?.destroy()
}

/** The proxy that a variable names; `http://` is the default scheme, as for curl. */
function proxyOf(names: readonly string[], command: Command): string | undefined {
  const name = names.find((variable) => process.env[variable])
  const value = name === undefined ? undefined : process.env[name]?.trim()
  if (!value) return undefined
  const url = value.includes('://') ? value : `http://${value}`
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url
  // The value is not shown, as it may contain a password.
  return command.error(`error: ${name} is not the address of an http or https proxy`, { exitCode: 1 })
}

function noProxy(): string {
  const value = process.env.no_proxy ?? process.env.NO_PROXY ?? ''
  return value.trim() === '*' ? '*' : `${value},${LOOPBACK}`
}
