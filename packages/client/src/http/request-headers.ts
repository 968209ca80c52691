import type { Settings } from '../settings.js'
import { version } from '../version.js'

/** The dated version of the contract in spec/, sent on every call. */
const API_VERSION = '2025-10'

/**
 * The headers of every request. Without an `Accept-Encoding` a server may send any coding (RFC 9110, 12.5.3); vectors
 * are read as they arrive, and to unpack them takes several times as long as to decode them (bench/RESULTS.md), so none
 * is asked for, unless the caller's own headers do.
 */
export function requestHeaders(settings: Settings): Record<string, string> {
  return {
    ...withHeaders({ 'Accept-Encoding': 'identity' }, settings.headers),
    'Api-Key': settings.apiKey,
    'X-Pinecone-Api-Version': API_VERSION,
    'User-Agent': userAgent(settings.sourceTag),
    Accept: 'application/json',
  }
}

/** The headers with others over them, whatever the case of their names. */
export function withHeaders(
  headers: Readonly<Record<string, string>>,
  over: Readonly<Record<string, string>>,
): Record<string, string> {
  const replaced = new Set(Object.keys(over).map((name) => name.toLowerCase()))
  const kept = Object.entries(headers).filter(([name]) => !replaced.has(name.toLowerCase()))
  return { ...Object.fromEntries(kept), ...over }
}

/** The form of the official SDK's: `name vX; lang=typescript; node v20…; source_tag=…`. */
function userAgent(sourceTag: string | undefined): string {
  const parts = [`@pinecone-inference/client v${version}`, 'lang=typescript', runtime()]
  const tag = sourceTag && normalizedTag(sourceTag)
  if (tag) parts.push(`source_tag=${tag}`)
  return parts.join('; ')
}

function runtime(): string {
  const version = globalThis.process?.version
  return version ? `node ${version}` : 'Edge Runtime'
}

function normalizedTag(sourceTag: string): string {
  return sourceTag
    .toLowerCase()
    .replace(/[^a-z0-9_ :]/g, '')
    .trim()
    .replace(/ +/g, '_')
}
