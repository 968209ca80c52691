import type { TextRecord } from '../record.js'
import { fieldsOf } from './fields-of.js'
import { inputFormat } from './input-format.js'
import { type FieldNames, toRecord } from './to-record.js'
import { UniqueIds } from './unique-ids.js'

export interface ReadOptions {
  /** The field that holds the id. Default `id`. */
  idField?: string | undefined
  /** The field that holds the text. Default `text`. */
  textField?: string | undefined
  /**
   * The fields that become metadata. Default: the record's `metadata`, if it has one; of a passage from a folder
   * its `source`, `line` and `text`.
   */
  metadataFields?: readonly string[] | undefined
  /** The ids are known to come once, from an earlier reading; saves some 25 bytes an id. Default false. */
  idsAreUnique?: boolean | undefined
}

/**
 * The records of files and folders, one after the other: JSONL (`.jsonl`, `.ndjson`), CSV, Parquet, Markdown and text
 * files split into passages, or JSONL from the standard input (`-`). Holds a line, or a slice of a row group, at a time.
 *
 * @throws InputError for what is no record, naming file and line, and for an id that comes twice
 * @example
 * ```ts
 * for await (const { id, text, metadata } of readRecords('passages.csv', { metadataFields: ['title'] })) …
 * ```
 */
export async function* readRecords(
  inputs: string | readonly string[],
  options: ReadOptions = {},
): AsyncGenerator<TextRecord, void> {
  const { idField = 'id', textField = 'text', metadataFields, idsAreUnique = false } = options
  const ids = new UniqueIds()
  for (const input of typeof inputs === 'string' ? [inputs] : inputs) {
    const format = await inputFormat(input)
    const isText = format === 'folder' || format === 'text'
    const names: FieldNames = isText
      ? { id: 'id', text: 'text', metadata: metadataFields ?? ['source', 'line', 'text'] }
      : { id: idField, text: textField, metadata: metadataFields }
    const columns = { required: [names.id, names.text], optional: names.metadata ?? ['metadata'] }
    for await (const fields of fieldsOf(input, format, columns)) {
      const record = toRecord(fields, names)
      const first = idsAreUnique ? undefined : ids.add(record.id)
      if (first !== undefined) {
        throw fields.refuse(
          `the id ${JSON.stringify(record.id)} is record ${first}'s already; each may come once`,
        )
      }
      yield record
    }
  }
}
