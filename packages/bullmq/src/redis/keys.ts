/**
 * Where things are in Redis. The braces put everything into one slot, as scripts and transactions need it in a
 * cluster.
 */
export const DEFAULT_PREFIX = 'pinecone-inference'

/** BullMQ's own keys of all runs. */
export const queuePrefix = (prefix: string) => `{${prefix}}:queue`

export interface RunKeys {
  /** Hash: what the run is, and its counts. */
  readonly run: string
  /** String: eight bytes for each job, its records' number + 1 once it is done, and their fingerprint once it is given. */
  readonly done: string
  /** List: records that could not be embedded. */
  readonly failures: string
}

export function runKeys(prefix: string, run: string): RunKeys {
  const key = `{${prefix}}:run:${run}`
  return { run: key, done: `${key}:done`, failures: `${key}:failures` }
}

/** String: the state of the rate policy for one thing that the service counts, as JSON. */
export function rateKey(prefix: string, draw: string): string {
  return `{${prefix}}:rate:${draw}`
}
