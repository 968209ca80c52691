import {
  comesOnce,
  InputError,
  type ReadOptions,
  readDocuments,
  readRecords,
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
  readonly digest: string
}

/**
 * Reads an input once, before anything is sent: what is no record, or an id that comes twice, is known before it
 * costs anything, and how much there is to do. `onText` is told of each text.
 */
export async function surveyInput(
  inputs: readonly string[],
  options: ReadOptions,
  signal: AbortSignal,
  onText: (bytes: number) => void = () => {},
): Promise<Survey> {
  const digest = new InputDigest()
  let records = 0
  let bytes = 0
  let empty = 0
  const neverSeen = new Set(options.metadataFields === '*' ? [] : options.metadataFields)
  for await (const record of readRecords(inputs, options)) {
    signal.throwIfAborted()
    collectGarbage()
    digest.add(record)
    records++
    const textBytes = Buffer.byteLength(record.text)
    bytes += textBytes
    onText(textBytes)
    if (record.text === '') empty++
    for (const name of neverSeen) if (record.metadata?.[name] !== undefined) neverSeen.delete(name)
  }
  if (records > 0 && neverSeen.size > 0) await refuseMissing(neverSeen, inputs, options)
  return { records, bytes, empty, digest: digest.value() }
}

/** A field without any value may still be there: null in every record. */
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

/** The standard input and pipes come once, so they are not read beforehand. */
export function canBeSurveyed(inputs: readonly string[]): boolean {
  return !inputs.some(comesOnce)
}
