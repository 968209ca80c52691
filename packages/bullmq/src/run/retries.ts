/**
 * Who retries what, and how often:
 *
 * - The worker's client retries a request, for a minute or so. No one waits for a single response here.
 * - The worker requests what is missing of a job again, and keeps what was answered, because it is paid for.
 * - BullMQ retries a job that is still incomplete, or whose sink failed: the whole job, later, on any free worker.
 * - BullMQ retries a job whose worker was killed.
 *
 * An error that affects every job ends the worker instead (`WorkerError`), and its jobs go back to the queue.
 */
export const RETRIES = {
  /** The client's `maxRetries`; its delays add up to 91.5 s at most, or to what `Retry-After` says. */
  ofRequest: 8,
  /**
   * How often a worker requests what is missing of a job. The pause before the second round is 1,000 ms, and doubles.
   */
  ofMissing: { rounds: 5, pause: 1_000 },
  /** Attempts at a job. The delay before the second is 5,000 ms, and doubles. */
  ofJob: { attempts: 5, backoff: { type: 'exponential', delay: 5_000 } },
  /** Workers that a job may lose before it fails: it may be what kills them. */
  kills: 10,
} as const
