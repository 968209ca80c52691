/** Compiled with the rest by `pnpm typecheck`, with `exactOptionalPropertyTypes`: what is optional may be undefined. */
import { type EmbeddedRecord, openWriter, readRecords, type TextRecord, writeRecords } from '../dist/index.js'

const field: string | undefined = process.argv[2]
const fields: string[] | undefined = field?.split(',')
const isSecond: boolean | undefined = field ? true : undefined

readRecords('in.jsonl', { idField: field, textField: field, metadataFields: fields, idsAreUnique: isSecond })

export const text = (metadata: TextRecord['metadata']): TextRecord => ({ id: '1', text: 'one', metadata })

export const embedded = (
  { id, metadata }: TextRecord,
  { values, sparseValues }: Partial<EmbeddedRecord>,
): EmbeddedRecord => ({ id, values, sparseValues, metadata })

const layout = { format: 'jsonl', vectors: { dense: true, sparse: false } } as const
void openWriter('out.jsonl', { ...layout, checkpoints: undefined })
void openWriter('out.jsonl', { ...layout, checkpoints: [{ bytes: 0, records: 0, rowGroups: fields }] })
void writeRecords('out.jsonl', [{ id: '1', values: undefined, metadata: undefined }], layout)
