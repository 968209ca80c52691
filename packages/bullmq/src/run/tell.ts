/** Calls whoever wants to hear of a run. The work is paid for: what a listener throws, or rejects with, is a warning. */
export function tell(listener: () => unknown): void {
  const told = async () => listener()
  told().catch((error: unknown) => process.emitWarning(error instanceof Error ? error : String(error)))
}
