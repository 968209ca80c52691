import { InputError } from '../input-error.js'
import { checkPassageOptions } from '../passages/split-into-passages.js'
import type { TextRecord } from '../record.js'
import { idOf } from './documents/read-document.js'
import type { Fields } from './fields.js'
import { fieldsOf, type Source, type SourceOptions, sourcesOf } from './fields-of.js'
import { isDocument } from './input-format.js'
import type { MetadataType } from './metadata.js'
import type { Columns } from './parquet.js'
import { type RecordShape, toRecords } from './to-record.js'
import { UniqueIds } from './unique-ids.js'

/** A record that was set aside. */
export interface BadRecord {
  /** The reason, with file and line. */
  readonly error: InputError
  /** Its fields; empty if it could not be read. */
  readonly values: Readonly<Record<string, unknown>>
}

export interface ReadOptions extends SourceOptions {
  /**
   * Where ids come from: a `field`; the `hash` of the text, which does not depend on the order (a repeated text
   * gets `-2`); the `line` (or row), as in `faq.csv#12`. Default: `field`, and for documents `name#1`, `name#2`.
   */
  ids?: 'field' | 'hash' | 'line' | undefined
  /** The field that holds the id. Default `id`. */
  idField?: string | undefined
  /** Prefix of every id. */
  idPrefix?: string | undefined
  /** The field that holds the text, or several, joined by a blank line. Default `text`. */
  textField?: string | readonly string[] | undefined
  /**
   * The fields that become metadata, `*` for all but id and text. Default: the record's `metadata`, if it has one; of a
   * passage of a document its `source`, `line` (PDF: `page`) and `text`.
   */
  metadataFields?: '*' | readonly string[] | undefined
  /** Types that metadata fields are converted to, such as numbers in CSV, whose values are strings otherwise. */
  metadataTypes?: Readonly<Record<string, MetadataType>> | undefined
  /** Most records to read. */
  limit?: number | undefined
  /** Called with each bad record, which is then skipped. Default: reading ends with the error of the first one. */
  onBadRecord?: ((bad: BadRecord) => void) | undefined
  /** Whether the ids are known to be unique, from an earlier reading; saves some 25 bytes per id. Default false. */
  idsAreUnique?: boolean | undefined
}

/**
 * The records of files and folders, one after another: JSONL, JSON, CSV, Parquet, documents split into passages, also
 * compressed (`.gz`, `.zst`), or the standard input (`-`). Holds a line, or a slice of a row group, at a time.
 *
 * @throws InputError for anything that is not a record, and for a repeated id, naming file and line
 * @throws RangeError for invalid `passages`
 * @example
 * ```ts
 * for await (const { id, text, metadata } of readRecords('passages.csv', { metadataFields: ['title'] })) …
 * ```
 */
export async function* readRecords(
  inputs: string | readonly string[],
  options: ReadOptions = {},
): AsyncGenerator<TextRecord, void> {
  const { limit = Number.POSITIVE_INFINITY, onBadRecord, passages } = options
  if (passages) checkPassageOptions(passages)
  const uniqueIds = new UniqueIdsOf(options)
  let count = 0
  for (const source of await sourcesOf(inputs, options.format)) {
    const shape = shapeOf(source, options)
    if (count >= limit) return
    for await (const fields of fieldsOf(source, options, columnsOf(shape))) {
      let records: TextRecord[]
      try {
        if (fields.problem) throw fields.problem
        records = toRecords(fields, shape).map((record) => uniqueIds.add(record, fields))
      } catch (error) {
        if (!(error instanceof InputError) || !onBadRecord) throw error
        onBadRecord({ error, values: fields.values })
        continue
      }
      for (const record of records) {
        yield record
        if (++count >= limit) return
      }
    }
  }
}

/** Ensures that no two records have the same id. */
class UniqueIdsOf {
  readonly #seen: UniqueIds | undefined
  readonly #isHash: boolean
  /** How often each repeated hash has come. */
  readonly #repeated = new Map<string, number>()

  constructor({ ids, idsAreUnique = false }: ReadOptions) {
    this.#isHash = ids === 'hash'
    this.#seen = idsAreUnique && !this.#isHash ? undefined : new UniqueIds()
  }

  add(record: TextRecord, fields: Fields): TextRecord {
    const first = this.#seen?.add(record.id)
    if (first === undefined) return record
    if (this.#isHash) {
      const count = (this.#repeated.get(record.id) ?? 1) + 1
      this.#repeated.set(record.id, count)
      return { ...record, id: `${record.id}-${count}` }
    }
    throw fields.refuse(`has the id ${JSON.stringify(record.id)}, as record ${first} has; ids must be unique`)
  }
}

function shapeOf({ format, name }: Source, options: ReadOptions): RecordShape {
  const {
    ids = 'field',
    idField = 'id',
    idPrefix = '',
    textField = 'text',
    metadataFields,
    metadataTypes = {},
  } = options
  const isText = format === 'folder' || (format !== 'unnamed' && isDocument(format))
  const textFields = isText ? ['text'] : typeof textField === 'string' ? [textField] : textField
  return {
    ids: isText && ids === 'line' ? 'field' : ids,
    idField: isText ? 'id' : idField,
    idPrefix,
    name: idOf(name),
    textFields,
    metadata: {
      fields: metadataFields ?? (isText ? ['source', 'page', 'line', 'text'] : undefined),
      types: metadataTypes,
      others: [...(ids === 'field' ? [idField] : []), ...textFields],
    },
    // A document is split into passages already.
    passages: isText ? undefined : options.passages,
  }
}

function columnsOf({ ids, idField, textFields, metadata }: RecordShape): Columns {
  const required = [...(ids === 'field' ? [idField] : []), ...textFields]
  return { required, optional: metadata.fields === '*' ? 'all' : (metadata.fields ?? ['metadata']) }
}
