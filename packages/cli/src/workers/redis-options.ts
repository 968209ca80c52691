import { InvalidArgumentError } from 'commander'

export const DEFAULT_RUN = 'embed'

/** A Redis address. */
export function redisUrl(text: string): string {
  if (URL.canParse(text) && ['redis:', 'rediss:'].includes(new URL(text).protocol)) return text
  throw new InvalidArgumentError(
    'Allowed: redis://host:6379, or rediss:// for TLS; for the one of REDIS_URL put --redis last.',
  )
}

/** A name that BullMQ takes. */
export function runName(text: string): string {
  if (/^[^:\s]+$/.test(text)) return text
  throw new InvalidArgumentError('Allowed: names without colons and spaces.')
}

/** Names in Redis that keep offline runs and their workers among themselves: their vectors must never mix. */
export function prefixOf(offline: boolean): { prefix?: string } {
  return offline ? { prefix: 'pinecone-inference-offline' } : {}
}
