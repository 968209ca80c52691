import { writeFile } from 'node:fs/promises'

/** Prints a report, and keeps it beside the program that measured it. */
export async function writeResults(program: string, report: string): Promise<void> {
  console.log(`\n${report}`)
  await writeFile(new URL('./RESULTS.md', program), `${report}\n`)
}
