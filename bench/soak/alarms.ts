/** What the process itself complains of: a leak of listeners, a rejection that nobody handles. */
export function watchAlarms(): { readonly warnings: string[]; readonly unhandled: string[] } {
  const alarms = { warnings: [] as string[], unhandled: [] as string[] }
  process.on('warning', ({ name, message }) => alarms.warnings.push(`${name}: ${message}`))
  process.on('unhandledRejection', (reason) => alarms.unhandled.push(String(reason)))
  return alarms
}
