import type { RowGroup } from 'hyparquet'
import type { ByteWriter, ParquetWriter } from 'hyparquet-writer'
import type { EmbeddedRecord } from '../record.js'
import { AppendingFile } from './appending-file.js'
import { wellFormed } from './jsonl-layout.js'
import { columnsOf, schemaOf } from './parquet-layout.js'
import { addRowGroup, type Layout } from './parquet-row-group.js'
import type { Checkpoint, FileWriter, VectorColumns } from './record-writer.js'

/** Most records in a row group: 8 MB of the largest hosted vectors. */
const ROW_GROUP_RECORDS = 1000

export async function openParquetWriter(
  path: string,
  vectors: VectorColumns,
  checkpoints: readonly Checkpoint[],
): Promise<FileWriter> {
  // ES modules, loaded only if needed.
  const [{ ByteWriter, ParquetWriter }, { writeColumn }] = await Promise.all([
    import('hyparquet-writer'),
    import('hyparquet-writer/src/column.js'),
  ])
  const bytes = new ByteWriter()
  const parquet = new ParquetWriter({ writer: bytes, schema: schemaOf(vectors), statistics: false })
  const last = checkpoints.at(-1)
  if (last) {
    // The file has its header already.
    bytes.index = 0
    bytes.offset = last.bytes
    parquet.row_groups = checkpoints.flatMap(({ rowGroups = [] }) => rowGroups.map(parseRowGroup))
    parquet.num_rows = BigInt(last.records)
  }
  const file = await AppendingFile.open(path, last?.bytes ?? 0)
  return new ParquetFileWriter(file, parquet, bytes, { columns: columnsOf(vectors), writeColumn })
}

/** Pinecone's layout for bulk import, row group by row group. */
class ParquetFileWriter implements FileWriter {
  readonly #file: AppendingFile
  readonly #parquet: ParquetWriter
  readonly #bytes: ByteWriter
  readonly #layout: Layout
  #rows: EmbeddedRecord[] = []
  /** Row groups of the last checkpoint. */
  #reported: number
  #closed = false

  constructor(file: AppendingFile, parquet: ParquetWriter, bytes: ByteWriter, layout: Layout) {
    this.#file = file
    this.#parquet = parquet
    this.#bytes = bytes
    this.#layout = layout
    this.#reported = parquet.row_groups.length
  }

  get bytes(): number {
    return this.#file.length
  }

  async append(record: EmbeddedRecord): Promise<void> {
    this.#rows.push({ ...record, ...wellFormed(record) })
    if (this.#rows.length >= ROW_GROUP_RECORDS) await this.#endRowGroup()
  }

  async checkpoint(): Promise<Checkpoint> {
    await this.#endRowGroup()
    await this.#flush()
    await this.#file.sync()
    const rowGroups = this.#parquet.row_groups.slice(this.#reported).map(formatRowGroup)
    this.#reported = this.#parquet.row_groups.length
    return { bytes: this.#file.length, records: Number(this.#parquet.num_rows), rowGroups }
  }

  async finish(): Promise<void> {
    await this.#endRowGroup()
    await this.#parquet.finish()
    if (this.#parquet.row_groups.length === 0) typeEmptyList(this.#bytes.getBytes())
    await this.#flush()
    await this.#file.sync()
    await this.close()
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.#file.close()
  }

  async #endRowGroup(): Promise<void> {
    if (this.#rows.length === 0) return
    const rows = this.#rows
    this.#rows = []
    addRowGroup(this.#parquet, rows, this.#layout)
    await this.#flush()
  }

  async #flush(): Promise<void> {
    await this.#file.append(this.#bytes.getBytes())
    this.#bytes.index = 0
  }
}

/**
 * hyparquet-writer gives an empty list of row groups the element type 0, which strict readers refuse; it is
 * struct, 12. In Thrift's compact protocol: num_rows, an i64 of 0, then the head of the list.
 */
function typeEmptyList(footer: Uint8Array): void {
  const at = Buffer.from(footer.buffer, footer.byteOffset, footer.length).indexOf(
    Buffer.from([0x16, 0x00, 0x19, 0x00]),
  )
  if (at >= 0) footer[at + 3] = 0x0c
}

/** A footer is full of 64-bit integers, which JSON lacks. */
function formatRowGroup(rowGroup: RowGroup): string {
  return JSON.stringify(rowGroup, (_, value) =>
    typeof value === 'bigint' ? { int64: String(value) } : value,
  )
}

function parseRowGroup(json: string): RowGroup {
  return JSON.parse(json, (_, value) => (typeof value?.int64 === 'string' ? BigInt(value.int64) : value))
}
