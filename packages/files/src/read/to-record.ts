import { type PassageOptions, splitIntoPassages } from '../passages/split-into-passages.js'
import type { TextRecord } from '../record.js'
import { notUtf8Field, own, present, quoted } from './field-values.js'
import type { Fields } from './fields.js'
import { type MetadataShape, metadataOf } from './metadata.js'
import { checkId, fieldId, hashId } from './record-id.js'

/** How fields become a record. */
export interface RecordShape {
  readonly ids: 'field' | 'hash' | 'line'
  readonly idField: string
  readonly idPrefix: string
  /** The prefix of ids made of line numbers. */
  readonly name: string
  /** Joined by a blank line. */
  readonly textFields: readonly string[]
  readonly metadata: MetadataShape
  /** Undefined if texts are not split. */
  readonly passages: PassageOptions | undefined
}

/** The record, or its passages, `id#1`, `id#2` and so on. */
export function toRecords(fields: Fields, shape: RecordShape): TextRecord[] {
  const text = textOf(fields, shape.textFields)
  if (!shape.passages) return [toRecord(fields, shape, text)]
  const texts =
    text.trim() === '' ? [text] : splitIntoPassages(text, 'markdown', shape.passages).map(({ text }) => text)
  const [field, ...others] = shape.textFields
  return texts.map((text, i) => {
    // A passage's metadata has its own text, not the whole text of the record.
    const values =
      field !== undefined && others.length === 0 ? { ...fields.values, [field]: text } : fields.values
    return toRecord({ ...fields, values }, shape, text, shape.ids === 'hash' ? '' : `#${i + 1}`)
  })
}

function toRecord(fields: Fields, shape: RecordShape, text: string, suffix = ''): TextRecord {
  const id = `${shape.idPrefix}${idOf(fields, shape, text)}${suffix}`
  checkId(id, fields.refuse)
  const metadata = metadataOf(fields, shape.metadata)
  return metadata ? { id, text, metadata } : { id, text }
}

function idOf(fields: Fields, { ids, idField, name }: RecordShape, text: string): string {
  if (ids === 'hash') return hashId(text)
  return ids === 'line' ? `${name}#${fields.line}` : fieldId(fields, idField)
}

/** Half a surrogate pair, which UTF-8 cannot encode, becomes U+FFFD, as everywhere else. */
function textOf(fields: Fields, names: readonly string[]): string {
  const texts = names.map((name) => {
    const text =
      own(fields.values, name) === null ? '' : present(fields, name, 'name the field (--text-field)')
    if (text instanceof Uint8Array) throw notUtf8Field(fields, name)
    if (typeof text !== 'string') throw fields.refuse(`the field ${quoted(name)} is not a string`)
    return text.toWellFormed()
  })
  return texts.length === 1 ? (texts[0] ?? '') : texts.filter((text) => text.trim() !== '').join('\n\n')
}
