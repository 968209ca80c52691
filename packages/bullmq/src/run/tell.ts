/** Calls whoever wants to hear of a run. The work is paid for, so a listener that throws must not end it: that is a warning. */
export function tell(listener: () => void): void {
  try {
    listener()
  } catch (error) {
    process.emitWarning(error instanceof Error ? error : String(error))
  }
}
