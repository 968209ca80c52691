import { hostedModel } from '@pinecone-inference/client'
import type { ReadOptions, TextRecord } from '@pinecone-inference/files'
import { namesOfInputs } from '../embed/input/input-names.js'
import { canBeSurveyed, surveyInput } from '../embed/input/survey-input.js'
import { type CleanupSettings, documentOf, sortGone } from '../embed/output/cleanup.js'
import { EarlierVectors } from '../embed/output/earlier-vectors.js'
import {
  isSingleFile,
  type OutputPath,
  refuseOtherParts,
  tooLargeToImport,
} from '../embed/output/output-path.js'
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
  output: OutputPath,
  inputs: readonly string[],
  read: ReadOptions,
  options: EmbedOptions,
  { stop, cleanup }: { stop: StopSignal; cleanup: CleanupSettings },
): Promise<number> {
  if (!canBeSurveyed(inputs)) throw new OutputError('--dry-run reads the input to its end, so it needs files')
  const { model, sparseModel, truncate, upsert, tokensPerMinute, json = false } = options
  const models = sparseModel === undefined ? [model] : [model, sparseModel]
  const tallies = models.map((model) => new TokenTally(model, truncate))
  const onText = (bytes: number) => {
    for (const tally of tallies) tally.add(bytes)
  }
  const there = options.redis === undefined ? await whatIsThere(output, inputs, options) : nothing
  const seen = new Set<string>()
  const emptied = new Set<string>()
  const survey = await surveyInput(inputs, read, stop.requested, {
    onText,
    layout: layoutOf(options),
    isThere(record) {
      if (record.text === '' && upsert !== undefined) emptied.add(documentOf(record.id))
      else if (there !== nothing) seen.add(record.id)
      return there.has(record)
    },
    mayBeEmpty: () => upsert !== undefined && cleanup.emptied.size > 0,
  })
  const dimension = options.dimension ?? hostedModel(model)?.defaultDimension ?? 0
  const tooLarge = isSingleFile(output.partBytes) && tooLargeToImport(output.path, survey.records, dimension)
  if (tooLarge && there.ids.length === 0) throw new OutputError(tooLarge)
  const gone = cleanup.isPartial()
    ? undefined
    : sortGone(there.ids, seen, {
        ...cleanup,
        emptied: new Set([...cleanup.emptied, ...emptied]),
        isShared: there.isShared,
      })
  tellEstimate({ survey, tallies, gone, tokensPerMinute, json })
  return EXIT.done
}

/** What earlier runs have embedded of the same inputs. */
interface There {
  readonly ids: readonly string[]
  /** Whether a record may be of an input that is not given now. */
  isShared(id: string): boolean
  /** Whether a record need not be embedded. */
  has(record: TextRecord): boolean
}

const nothing: There = { ids: [], isShared: () => false, has: () => false }

async function whatIsThere(
  { path: output, partBytes }: OutputPath,
  inputs: readonly string[],
  options: EmbedOptions,
): Promise<There> {
  const { upsert, inputName } = options
  if (upsert !== undefined) {
    const record = recordFile(upsert, options)
    const ledger = await Ledger.read(record, await namesOfInputs(inputs, record, inputName))
    return {
      ids: ledger.ids(),
      isShared: (id) => ledger.isShared(id),
      has: (record) =>
        ledger.has(record.id, contentHash(record)) ||
        ledger.vectorsOf(record.id, textHash(record.text)) !== undefined,
    }
  }
  if (output === '-') return nothing
  const earlier = await EarlierVectors.read(output)
  if (earlier.previous) earlier.previous.refuseOtherInputs(await namesOfInputs(inputs, output, inputName))
  else await refuseExisting(output)
  await refuseOtherParts({ output, partBytes }, earlier.previous?.facts.digests.length ?? 0)
  return { ids: earlier.previous?.ids ?? [], isShared: () => false, has: (record) => earlier.has(record) }
}
