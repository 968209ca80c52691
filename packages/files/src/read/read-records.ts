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
  /** Why, with file and line. */
  readonly error: InputError
  /** What it has; empty where it could not be read. */
  readonly values: Readonly<Record<string, unknown>>
}

export interface ReadOptions extends SourceOptions {
  /**
   * Where ids come from: a `field`; the `hash` of the text, which stays the same when the order changes (a text that comes
   * again gets `-2`); the `line` (or row), as in `faq.csv#12`. Default: `field`, and for documents `name#1`, `name#2`.
   */
  ids?: 'field' | 'hash' | 'line' | undefined
  /** The field that holds the id. Default `id`. */
  idField?: string | undefined
  /** Put before every id. */
  idPrefix?: string | undefined
  /** The field that holds the text, or several, joined by a blank line. Default `text`. */
  textField?: string | readonly string[] | undefined
  /**
   * The fields that become metadata, `*` for all but id and text. Default: the record's `metadata`, if it has one; of a
   * passage of a document its `source`, `line` (PDF: `page`) and `text`.
   */
  metadataFields?: '*' | readonly string[] | undefined
  /** What metadata fields are to be, such as the numbers of CSV, all of whose values are strings else. */
  metadataTypes?: Readonly<Record<string, MetadataType>> | undefined
  /** Ends after so many records. */
  limit?: number | undefined
  /** Told of each bad record, and reading goes on. Default: the first one ends it with its error. */
  onBadRecord?: ((bad: BadRecord) => void) | undefined
  /** The ids are known to come once, from an earlier reading; saves some 25 bytes an id. Default false. */
  idsAreUnique?: boolean | undefined
}

/**
 * The records of files and folders, one after the other: JSONL, JSON, CSV, Parquet, documents split into passages, each
 * also compressed (`.gz`, `.zst`), or the standard input (`-`). Holds a line, or a slice of a row group, at a time.
 *
 * @throws InputError for what is no record, naming file and line, and for an id that comes twice
 * @throws RangeError for passages of no possible size
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

/** Sees to it that no two records have one id. */
class UniqueIdsOf {
  readonly #seen: UniqueIds | undefined
  readonly #isHash: boolean
  /** How often a hash has come, of those that came again. */
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
    throw fields.refuse(
      `the id ${JSON.stringify(record.id)} is record ${first}'s already; each may come once`,
    )
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
    // a document comes in passages already
    passages: isText ? undefined : options.passages,
  }
}

function columnsOf({ ids, idField, textFields, metadata }: RecordShape): Columns {
  const required = [...(ids === 'field' ? [idField] : []), ...textFields]
  return { required, optional: metadata.fields === '*' ? 'all' : (metadata.fields ?? ['metadata']) }
}
