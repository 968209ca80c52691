import { readdir, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type Checkpoint,
  checkFolder,
  type EmbeddedRecord,
  openEmbedded,
  openWriter,
  readEmbedded,
} from '@pinecone-inference/files'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { folderOf } from './folder.js'

const vectors = { dense: true, sparse: false }
const recordsOf = (count: number, from = 0): EmbeddedRecord[] =>
  Array.from({ length: count }, (_, i) => ({ id: `id-${from + i}`, values: [from + i + 0.5, 1, 2, 3] }))

/** The ids of all parts, in the order of the parts. */
async function idsOf(folder: string, extension: string): Promise<string[]> {
  const ids: string[] = []
  for (let part = 0; part < (await readdir(folder)).length; part++) {
    for await (const { id } of readEmbedded(join(folder, `${part}.${extension}`))) ids.push(id)
  }
  return ids
}

describe.each(['jsonl', 'parquet'] as const)('parts of %s', (format) => {
  it('have about the size that was asked for, and each record once', async () => {
    const folder = await folderOf()
    const writer = await openWriter(join(folder, `0.${format}`), { format, vectors, partBytes: 60_000 })
    const records = recordsOf(12_000)
    for (const record of records) await writer.append(record)
    await writer.finish()
    const names = await readdir(folder)
    expect(names.length).toBeGreaterThan(1)
    const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size))
    expect(Math.max(...sizes)).toBeLessThan(400_000)
    expect(await idsOf(folder, format)).toEqual(records.map(({ id }) => id))
    expect(await checkFolder(folder)).toMatchObject({ files: names.length, records: 12_000, problemCount: 0 })
  })

  it('lose and double nothing, wherever writing was interrupted', async () => {
    const run = fc.record({
      kept: fc.nat(2_500),
      checkpoint: fc.nat(2_500),
      lost: fc.nat(5_000),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(run, { minLength: 1, maxLength: 4 }), async (runs) => {
        const folder = await folderOf()
        const path = join(folder, `0.${format}`)
        const checkpoints: Checkpoint[] = []
        const open = () =>
          openWriter(path, {
            format,
            vectors,
            partBytes: 20_000,
            // as a journal keeps them
            checkpoints: JSON.parse(JSON.stringify(checkpoints)),
          })
        let written = 0
        for (const { kept, checkpoint, lost } of runs) {
          const writer = await open()
          for (const count of [kept, checkpoint]) {
            for (const record of recordsOf(count, written)) await writer.append(record)
            written += count
            checkpoints.push(await writer.checkpoint())
            expect(checkpoints.at(-1)?.records).toBe(written)
          }
          for (const record of recordsOf(lost, 90_000)) await writer.append(record)
          await writer.close()
        }
        const writer = await open()
        await writer.finish()
        expect(await idsOf(folder, format)).toEqual(recordsOf(written).map(({ id }) => id))
        await rm(folder, { recursive: true })
      }),
      { numRuns: 8 },
    )
  })

  it('are not resumed if one of them is gone', async () => {
    const folder = await folderOf()
    const options = { format, vectors, partBytes: 1 }
    const path = join(folder, `0.${format}`)
    const writer = await openWriter(path, options)
    const checkpoints: Checkpoint[] = []
    for (const record of recordsOf(3)) {
      await writer.append(record)
      checkpoints.push(await writer.checkpoint())
    }
    await writer.close()
    expect(checkpoints.map(({ part, records }) => [part, records])).toEqual([
      [0, 1],
      [1, 2],
      [2, 3],
    ])
    await rm(join(folder, `1.${format}`))
    await expect(openWriter(path, { ...options, checkpoints })).rejects.toThrow(`1.${format}`)
  })

  it('give any record by its position in all of them', async () => {
    const folder = await folderOf()
    const writer = await openWriter(join(folder, `0.${format}`), { format, vectors, partBytes: 1 })
    for (const record of recordsOf(7)) {
      await writer.append(record)
      await writer.checkpoint()
    }
    await writer.finish()
    const file = await openEmbedded(Array.from({ length: 7 }, (_, i) => join(folder, `${i}.${format}`)))
    expect(file.records).toBe(7)
    for (const position of [6, 0, 3]) expect((await file.at(position)).id).toBe(`id-${position}`)
    for (const position of [-1, 7]) await expect(file.at(position)).rejects.toThrow(RangeError)
    await file.close()
  })
})

it('parts are begun under a name that can be counted on from', async () => {
  const folder = await folderOf()
  await writeFile(join(folder, '1.parquet'), 'of somebody else')
  await expect(
    openWriter(join(folder, 'vectors.parquet'), { format: 'parquet', vectors, partBytes: 1 }),
  ).rejects.toThrow('call it 0')
  expect(await readdir(folder)).toEqual(['1.parquet'])
})
