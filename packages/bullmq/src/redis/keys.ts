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

export interface BudgetKeys {
  /** Hash: what is left of a model and input type, and what was learned of them. */
  readonly state: string
  /** Sorted set: the requests in flight. */
  readonly inFlight: string
  /** Hash: what is left of the requests per minute, for all input types of the model. */
  readonly requests: string
}

export function budgetKeys(prefix: string, model: string, inputType: string): BudgetKeys {
  const key = `{${prefix}}:budget:${model}:${inputType}`
  return { state: key, inFlight: `${key}:in-flight`, requests: `{${prefix}}:requests:${model}` }
}
