import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MarkdownTextSplitter } from '@langchain/textsplitters'
import { runProgram } from '../run-program.js'
import { readDocs } from '../undici-docs/corpus.js'
import { contenders } from './contenders.js'
import { printComparison } from './print-comparison.js'
import { race } from './race.js'
import { STORM, startStormyService } from './stormy-service.js'

/** Ends a contender that would keep the reader waiting; what it has by then is counted. */
const LONGEST = 60_000

await runProgram(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'bulk-job-'))
  try {
    const splitter = new MarkdownTextSplitter({ chunkSize: 150, chunkOverlap: 0 })
    const passages = (await splitter.createDocuments(readDocs().map(({ markdown }) => markdown))).map(
      ({ pageContent }, index) => ({ id: `passage-${index}`, text: pageContent }),
    )
    const input = join(folder, 'passages.jsonl')
    writeFileSync(input, passages.map((record) => `${JSON.stringify(record)}\n`).join(''))

    console.log(`A bulk job: ${passages.length.toLocaleString('en')} passages of undici's docs, through ${STORM}.
A second after it is half way through, each program is killed with \`kill -9\` and started again.
`)
    const results = await Promise.all(
      contenders.map(async (contender, place) => {
        await using service = await startStormyService()
        const output = join(folder, `${place}.jsonl`)
        return await race({ contender, service, input, output, total: passages.length, timeout: LONGEST })
      }),
    )
    printComparison(results, passages)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
