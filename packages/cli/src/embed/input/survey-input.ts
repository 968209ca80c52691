import { fstatSync } from 'node:fs'
import {
  comesOnce,
  type EmbeddedRecord,
  InputError,
  type JsonlLayout,
  jsonLine,
  NoRecordsError,
  type ReadOptions,
  readDocuments,
  readRecords,
  type TextRecord,
} from '@pinecone-inference/files'
import { collectGarbage } from '../collect-garbage.js'
import { InputDigest } from './input-digest.js'

/** What an input holds. */
export interface Survey {
  readonly records: number
  /** Bytes of the texts, in UTF-8. */
  readonly bytes: number
  /** Records whose text is empty, which no model embeds. */
  readonly empty: number
  /** Records that the output already has. */
  readonly unchanged: number
  readonly digest: string
  /** Whether the input has more than `most` records. */
  readonly hasMore: boolean
}

export interface SurveyOptions {
  /** Called with the bytes of each text to embed. */
  readonly onText?: (bytes: number) => void
  /** Most records to read. */
  readonly most?: number | undefined
  /** The layout of the output, in which some records cannot be written. */
  readonly layout?: JsonlLayout | undefined
  /** Whether the output already has a record. */
  readonly isThere?: (record: TextRecord) => boolean
  /** Called for an input without records; whether that is worth a run. Default: it is refused. */
  readonly mayBeEmpty?: () => boolean
}

/**
 * Reads an input once, before anything is sent, and counts what there is to do. Invalid records and repeated ids are found
 * before anything is paid for.
 *
 * @throws InputError for an invalid record
 * @throws NoRecordsError for an input without records
 */
export async function surveyInput(
  inputs: readonly string[],
  options: ReadOptions,
  signal: AbortSignal,
  {
    onText = () => {},
    most = Number.POSITIVE_INFINITY,
    layout,
    isThere = () => false,
    mayBeEmpty = () => false,
  }: SurveyOptions = {},
): Promise<Survey> {
  const digest = new InputDigest()
  let records = 0
  let bytes = 0
  let empty = 0
  let unchanged = 0
  const neverSeen = new Set(options.metadataFields === '*' ? [] : options.metadataFields)
  let hasMore = false
  for await (const record of readRecords(inputs, options)) {
    signal.throwIfAborted()
    if (records === most) {
      hasMore = true
      break
    }
    collectGarbage()
    digest.add(record)
    if (layout !== undefined) refuseOutside(layout, record, inputs)
    records++
    const textBytes = Buffer.byteLength(record.text)
    bytes += textBytes
    if (isThere(record)) unchanged++
    else onText(textBytes)
    if (record.text === '') empty++
    for (const name of neverSeen) if (record.metadata?.[name] !== undefined) neverSeen.delete(name)
  }
  if (records === 0 && !mayBeEmpty()) throw noRecords(inputs)
  if (records > 0 && neverSeen.size > 0) await refuseMissing(neverSeen, inputs, options)
  return { records, bytes, empty, unchanged, digest: digest.value(), hasMore }
}

export function noRecords(inputs: readonly string[]): NoRecordsError {
  return new NoRecordsError({ source: inputs.join(', ').replace(/^-$/, 'standard input') }, 'has no records')
}

/** Refuses a record that the layout cannot hold, which would end the run when it is written. */
function refuseOutside(
  layout: JsonlLayout,
  { id, metadata }: { id: string; metadata?: EmbeddedRecord['metadata'] },
  inputs: readonly string[],
): void {
  if (typeof layout !== 'object') return
  try {
    jsonLine({ id, metadata }, layout)
  } catch (cause) {
    throw new InputError(
      { source: inputs.join(', ') },
      cause instanceof Error ? cause.message : String(cause),
      cause,
    )
  }
}

/** Refuses metadata fields that no record has; null counts as having it. */
async function refuseMissing(
  names: Set<string>,
  inputs: readonly string[],
  options: ReadOptions,
): Promise<void> {
  for await (const { values } of readDocuments(inputs, options)) {
    for (const name of names) if (Object.hasOwn(values, name)) names.delete(name)
    if (names.size === 0) return
  }
  const list = [...names].map((name) => JSON.stringify(name)).join(', ')
  throw new InputError({ source: inputs.join(', ') }, `no record has ${list}, of --metadata-fields`)
}

/** What an input holds; null if it can be read only once. */
export async function surveyed(
  { inputs, read }: { readonly inputs: readonly string[]; readonly read: ReadOptions },
  signal: AbortSignal,
  options: SurveyOptions,
): Promise<Survey | null> {
  return canBeSurveyed(inputs) ? surveyInput(inputs, read, signal, options) : null
}

/** Whether the inputs can be read twice, unlike the standard input and pipes. */
export function canBeSurveyed(inputs: readonly string[]): boolean {
  return !inputs.some(comesOnce)
}

/**
 * Refuses a folder as the standard input, which Node.js would read as empty. The `stat` is in bigints: after one in numbers
 * of a pipe, Node 20 does not follow links in the path of the next module it loads.
 */
export function refuseFolderAsStandardInput(inputs: readonly string[]): void {
  if (inputs.includes('-') && fstatSync(0, { bigint: true }).isDirectory()) {
    throw new InputError({ source: 'standard input' }, 'is a folder; give its name instead of -')
  }
}
