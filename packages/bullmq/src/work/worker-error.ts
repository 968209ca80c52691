/**
 * This worker cannot go on: a key that is refused, a disk that is full, a budget that is spent for long, a
 * Redis that refuses its commands. Its jobs
 * are back in the queue; start it again when the cause is mended.
 */
export class WorkerError extends Error {
  override name = 'WorkerError'
}
