/** What `embed` ends with, beside 128 and the number of a signal. */
export const EXIT = {
  done: 0,
  /** Nothing was begun: an option, the input or the output is at fault. */
  refused: 1,
  someFailed: 2,
  /** By an error on the way. */
  stopped: 3,
} as const
