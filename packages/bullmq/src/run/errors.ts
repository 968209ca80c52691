/** A run that cannot continue, or cannot work as it was opened; the message says what to do. */
export class RunError extends Error {
  override name = 'RunError'
}

/**
 * This worker cannot continue: the key is refused, the disk is full, a quota is used up for a long time, or Redis
 * refuses its commands. Its jobs are back in the queue; start it again once the cause is fixed.
 */
export class WorkerError extends Error {
  override name = 'WorkerError'
}
