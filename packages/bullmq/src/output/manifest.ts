import { randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { moveIntoPlace } from '@pinecone-inference/files'
import { RunError } from '../run/errors.js'
import { jobName } from '../run/job.js'
import type { Ledger } from '../run/ledger.js'
import type { RunSpec } from '../run/run-spec.js'
import { listParts, type PartFiles, partFileName } from './part-files.js'

/**
 * Lists the parts of a finished run in `manifest.json`, and the records that the service refused in `failures.jsonl`;
 * removes what killed workers left behind. The manifest is written last: if it exists, the output is complete.
 *
 * @throws RunError for a missing part
 */
export async function writeManifest(
  output: PartFiles,
  ledger: Ledger,
  { model, parameters }: RunSpec,
): Promise<void> {
  const { folder, format } = output
  const { whole, unfinished } = await listParts(folder)
  for (const name of unfinished) await rm(join(folder, name), { force: true })

  const { jobs, recordsDone, recordsFailed, tokens } = await ledger.counts()
  const failures = await ledger.failures()
  const vectors = await ledger.vectors()
  await writeWhole(
    join(folder, 'failures.jsonl'),
    failures.map((failure) => `${JSON.stringify(failure)}\n`),
  )
  async function* text() {
    const counts = { records: recordsDone, recordsFailed, tokens }
    const head = { run: ledger.run, model, ...vectors, parameters, ...counts }
    yield `${JSON.stringify(head).slice(0, -1)},"parts":[`
    let separator = '\n'
    let index = 0
    for await (const entry of ledger.entries()) {
      if (index >= jobs) break
      const file = partFileName(jobName(index++), format)
      if (!entry || entry.records === 0) continue
      if (!whole.has(file)) {
        throw new RunError(
          `${file} is done, but missing from ${folder}: all workers must write to the same folder. ` +
            'Copy it there from the machine of the worker that wrote it, and run this again',
        )
      }
      yield `${separator}${JSON.stringify({ file, records: entry.records })}`
      separator = ',\n'
    }
    yield '\n]}\n'
  }
  await writeWhole(join(folder, 'manifest.json'), text())
}

async function writeWhole(path: string, text: Iterable<string> | AsyncIterable<string>): Promise<void> {
  // Another coordinator may be finishing the same run.
  const unfinished = `${path}.${randomUUID()}.tmp`
  await pipeline(Readable.from(text), createWriteStream(unfinished, { flush: true }))
  await moveIntoPlace(unfinished, path)
}
