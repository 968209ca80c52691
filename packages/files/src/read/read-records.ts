import { InputError } from '../input-error.js'
import { checkPassageOptions } from '../passages/split-into-passages.js'
import type { TextRecord } from '../record.js'
import { idOf } from './documents/read-document.js'
import type { Fields } from './fields.js'
import { fieldsOf, isOfDocuments, type Source, type SourceOptions, sourcesOf } from './fields-of.js'
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

/** Most documents that one error names. */
const MOST_NAMED = 20

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
  /**
   * Called with each bad record, and each document that cannot be read, which is then skipped. Default: reading ends with
   * the error of the first record, or one error for all documents.
   */
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
  const { limit = Number.POSITIVE_INFINITY, onBadRecord, onEmptyDocument, passages, idPrefix = '' } = options
  if (passages) checkPassageOptions(passages)
  const reading = {
    ...options,
    onEmptyDocument: (name: string) => onEmptyDocument?.(`${idPrefix}${name}`),
  }
  const uniqueIds = new UniqueIdsOf(options)
  /** Documents that cannot be read. */
  const unreadable: InputError[] = []
  let count = 0
  for (const source of await sourcesOf(inputs, options)) {
    const shape = shapeOf(source, options)
    if (count >= limit) return
    for await (const fields of fieldsOf(source, reading, columnsOf(shape))) {
      if (fields.problem && isOfDocuments(source) && !onBadRecord) unreadable.push(fields.problem)
      if (unreadable.length > 0) continue
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
  if (unreadable.length > 0) throw allOf(unreadable, inputs)
}

/** One error for documents that cannot be read. */
function allOf(errors: readonly InputError[], inputs: string | readonly string[]): InputError {
  const [first, second] = errors
  if (first && !second) return first
  const named = errors.slice(0, MOST_NAMED).map(({ message }, i) => `(${i + 1}) ${message}`)
  const others = errors.length > MOST_NAMED ? `; and ${errors.length - MOST_NAMED} more` : ''
  return new InputError(
    { source: [inputs].flat().join(', ') },
    `${errors.length} files cannot be read: ${named.join('; ')}${others}`,
    new AggregateError(errors),
  )
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

function shapeOf(source: Source, options: ReadOptions): RecordShape {
  const {
    ids = 'field',
    idField = 'id',
    idPrefix = '',
    textField = 'text',
    metadataFields,
    metadataTypes = {},
  } = options
  const isDocuments = isOfDocuments(source)
  const textFields = isDocuments ? ['text'] : typeof textField === 'string' ? [textField] : textField
  return {
    ids: isDocuments && ids === 'line' ? 'field' : ids,
    idField: isDocuments ? 'id' : idField,
    idPrefix,
    name: idOf(source.name),
    textFields,
    metadata: {
      fields: metadataFields ?? (isDocuments ? ['source', 'page', 'line', 'text'] : undefined),
      types: metadataTypes,
      others: [...(ids === 'field' ? [idField] : []), ...textFields],
    },
    // A document is split into passages already.
    passages: isDocuments ? undefined : options.passages,
  }
}

function columnsOf({ ids, idField, textFields, metadata }: RecordShape): Columns {
  const required = [...(ids === 'field' ? [idField] : []), ...textFields]
  return { required, optional: metadata.fields === '*' ? 'all' : (metadata.fields ?? ['metadata']) }
}
