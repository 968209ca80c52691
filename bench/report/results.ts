import { readFile, writeFile } from 'node:fs/promises'

/** Prints a report, and keeps it beside the program that measured it. */
export async function writeResults(program: string, report: string): Promise<void> {
  console.log(`\n${report}`)
  await writeFile(new URL('./RESULTS.md', program), `${report}\n`)
}

/** Those of the parts that `--only` names, or all. */
export function chosen<P extends { readonly name: string }>(
  parts: readonly P[],
  only?: string,
): readonly P[] {
  const named = only ? parts.filter(({ name }) => only.split(',').includes(name)) : parts
  if (named.length === 0) throw new Error(`--only takes ${parts.map(({ name }) => name).join(', ')}`)
  return named
}

/** A file of results: an introduction, and a section for each part, as it was measured last. */
export class Sections {
  readonly #file: URL
  readonly #introduction: string
  readonly #titles: readonly string[]

  constructor(file: URL, introduction: string, parts: readonly { readonly title: string }[]) {
    this.#file = file
    this.#introduction = introduction
    this.#titles = parts.map(({ title }) => title)
  }

  /** Writes the section anew; others stay as they are, in the order of the parts. */
  async replace(title: string, text: string): Promise<void> {
    const kept = (await readFile(this.#file, 'utf8')).split(/^## /m).slice(1)
    const sections = this.#titles.flatMap((one) => {
      const before = kept.find((section) => section.startsWith(`${one}\n`))
      const section = one === title ? `${one}\n\n${text}\n` : before
      return section === undefined ? [] : [`## ${section.trimEnd()}\n`]
    })
    await writeFile(this.#file, [this.#introduction, ...sections].join('\n'))
  }
}
