/**
 * Calls whoever wants to hear of an answer. It is paid for, so a listener that throws or rejects must not lose it: that
 * is a warning.
 */
export function tell(listener: () => unknown): void {
  const told = async () => listener()
  told().catch((error: unknown) => {
    const warning = error instanceof Error ? error : String(error)
    if (globalThis.process) process.emitWarning(warning)
    else console.warn(warning)
  })
}
