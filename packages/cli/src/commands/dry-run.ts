import type { ReadOptions, TextRecord } from '@pinecone-inference/files'
import { canBeSurveyed, surveyInput } from '../embed/input/survey-input.js'
import { EarlierVectors } from '../embed/output/earlier-vectors.js'
import { textHash } from '../embed/output/output-record.js'
import { refuseExisting } from '../embed/output/run-folder.js'
import { TokenTally, tellEstimate } from '../embed/report/estimate.js'
import { EXIT } from '../ending/exit-code.js'
import { OutputError } from '../ending/expected-error.js'
import type { StopSignal } from '../ending/stop-signal.js'
import { contentHash } from '../upsert/hashes.js'
import { Ledger } from '../upsert/ledger.js'
import { recordFile } from '../upsert/upsert-options.js'
import type { EmbedOptions } from './embed-options.js'
import { layoutOf } from './input-options.js'

/**
 * Surveys an input and estimates what its run would take.
 *
 * @returns the exit code
 */
export async function dryRun(
  output: string,
  inputs: readonly string[],
  read: ReadOptions,
  options: EmbedOptions,
  stop: StopSignal,
): Promise<number> {
  if (!canBeSurveyed(inputs)) throw new OutputError('--dry-run reads the input to its end, so it needs files')
  const { model, sparseModel, truncate, tokensPerMinute, json = false } = options
  const models = sparseModel === undefined ? [model] : [model, sparseModel]
  const tallies = models.map((model) => new TokenTally(model, truncate))
  const onText = (bytes: number) => {
    for (const tally of tallies) tally.add(bytes)
  }
  const isThere = options.redis === undefined ? await whatIsThere(output, options) : () => false
  const survey = await surveyInput(inputs, read, stop.requested, {
    onText,
    layout: layoutOf(options),
    isThere,
  })
  tellEstimate({ survey, tallies, tokensPerMinute, json })
  return EXIT.done
}

/** Which records earlier runs have embedded. */
async function whatIsThere(output: string, options: EmbedOptions): Promise<(record: TextRecord) => boolean> {
  const { upsert } = options
  if (upsert !== undefined) {
    const ledger = await Ledger.read(recordFile(upsert, options))
    return (record) =>
      ledger.has(record.id, contentHash(record)) ||
      ledger.vectorsOf(record.id, textHash(record.text)) !== undefined
  }
  if (output === '-') return () => false
  const earlier = await EarlierVectors.read(output)
  if (!earlier.previous) await refuseExisting(output)
  return (record) => earlier.has(record)
}
