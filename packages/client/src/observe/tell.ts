/** Calls whoever wants to hear of an answer. It is paid for, so a listener that throws must not lose it: that is a warning. */
export function tell(listener: () => void): void {
  try {
    listener()
  } catch (error) {
    const warning = error instanceof Error ? error : String(error)
    if (globalThis.process) process.emitWarning(warning)
    else console.warn(warning)
  }
}
