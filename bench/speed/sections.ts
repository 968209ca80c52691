import { readFile, writeFile } from 'node:fs/promises'

const RESULTS = new URL('../RESULTS.md', import.meta.url)

/** RESULTS.md: an introduction, and a section for each part, as it was measured last. */
export class Sections {
  readonly #introduction: string
  readonly #titles: readonly string[]

  constructor(introduction: string, parts: readonly { readonly title: string }[]) {
    this.#introduction = introduction
    this.#titles = parts.map(({ title }) => title)
  }

  /** Writes the section anew; others stay as they are, in the order of the parts. */
  async replace(title: string, text: string): Promise<void> {
    const kept = (await readFile(RESULTS, 'utf8')).split(/^## /m).slice(1)
    const sections = this.#titles.flatMap((one) => {
      const before = kept.find((section) => section.startsWith(`${one}\n`))
      const section = one === title ? `${one}\n\n${text}\n` : before
      return section === undefined ? [] : [`## ${section.trimEnd()}\n`]
    })
    await writeFile(RESULTS, [this.#introduction, ...sections].join('\n'))
  }
}
