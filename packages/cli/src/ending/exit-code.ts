/** What a command ends with, beside 128 and the number of a signal. */
export const EXIT = {
  done: 0,
  /** An option, the key, the input, the request or the output is at fault; the same command fails again. */
  refused: 1,
  someFailed: 2,
  /** The service or the way there failed; the same command may work later. */
  stopped: 3,
} as const

/** 128 and the number of SIGPIPE, as other programs end when nobody reads their output. */
export const OUTPUT_CLOSED = 141
