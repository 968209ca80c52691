/**
 * Default prefix of all keys. It is put in braces, so that all keys share a slot, as scripts and transactions require
 * in a cluster.
 */
export const DEFAULT_PREFIX = 'pinecone-inference'

/** BullMQ's own keys, for all runs. */
export const queuePrefix = (prefix: string) => `{${prefix}}:queue`

export interface RunKeys {
  /** Hash: the run's spec and counts. */
  readonly run: string
  /**
   * String, eight bytes per job: its number of records plus 1 once it is done, and their fingerprint once it is queued.
   */
  readonly done: string
  /** List: records that could not be embedded. */
  readonly failures: string
}

export function runKeys(prefix: string, run: string): RunKeys {
  const key = `{${prefix}}:run:${run}`
  return { run: key, done: `${key}:done`, failures: `${key}:failures` }
}

/** String: the state of the rate policy for one limit of the service, as JSON. */
export function rateKey(prefix: string, draw: string): string {
  return `{${prefix}}:rate:${draw}`
}
