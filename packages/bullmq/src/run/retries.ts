/**
 * Who tries again, and how often:
 *
 * - the worker's client a request, for a minute or so. Nobody waits for a single answer here, and a request that is
 *   answered at last costs less than a job done again;
 * - BullMQ a job of which that was not enough, or whose sink failed: all of the job, later, in whichever worker is free;
 * - BullMQ a job whose worker was killed.
 *
 * What would go wrong with every job ends the worker instead (`WorkerError`), and its jobs go back to the queue.
 */
export const RETRIES = {
  /** The client's `maxRetries`; its pauses add up to 90 seconds at most. */
  ofRequest: 8,
  /** Attempts at a job, with milliseconds before the second that double each time. */
  ofJob: { attempts: 5, backoff: { type: 'exponential', delay: 5_000 } },
  /** Kills that a job may live through; one that takes its worker down each time is given up. */
  kills: 10,
} as const
