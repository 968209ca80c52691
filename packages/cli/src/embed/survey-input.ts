import { InputError, type ReadOptions, readRecords } from '@pinecone-inference/files'
import { collectGarbage } from './collect-garbage.js'
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
  const fieldsSeen = new Set<string>()
  for await (const record of readRecords(inputs, { ...options, fieldsSeen })) {
    signal.throwIfAborted()
    collectGarbage()
    digest.add(record)
    records++
    const textBytes = Buffer.byteLength(record.text)
    bytes += textBytes
    onText(textBytes)
    if (record.text === '') empty++
  }
  const neverSeen = options.metadataFields?.filter((name) => !fieldsSeen.has(name)) ?? []
  if (records > 0 && neverSeen.length > 0) {
    const names = neverSeen.map((name) => JSON.stringify(name)).join(', ')
    throw new InputError({ source: inputs.join(', ') }, `no record has ${names}, of --metadata-fields`)
  }
  return { records, bytes, empty, digest: digest.value() }
}

/** The standard input comes once, so it is not read beforehand. */
export function canBeSurveyed(inputs: readonly string[]): boolean {
  return !inputs.includes('-')
}
