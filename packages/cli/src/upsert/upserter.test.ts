import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { EmbeddedRecord } from '@pinecone-inference/files'
import { expect, it, onTestFinished } from 'vitest'
import { IndexError } from '../ending/expected-error.js'
import { Ledger } from './ledger.js'
import { Upserter } from './upserter.js'

/** An index that refuses some records, without saying which. */
async function upserterInto(isRefused: (id: string) => boolean) {
  const folder = await mkdtemp(join(tmpdir(), 'upsert-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const ledger = await Ledger.read(join(folder, 'docs.upserted.jsonl'), ['docs'], {})
  const there: string[] = []
  let requests = 0
  const index = {
    async upsert(records: readonly EmbeddedRecord[]) {
      requests++
      if (records.some(({ id }) => isRefused(id)))
        throw new IndexError('400 Metadata value …', { status: 400 })
      there.push(...records.map(({ id }) => id))
    },
  }
  const refused: string[] = []
  const upserter = new Upserter(index, ledger, 4)
  const add = async (ids: readonly string[]) => {
    for (const id of ids) {
      await upserter.add({
        record: { id, values: [1] },
        entry: [id, 'hash'],
        refused: async () => void refused.push(id),
      })
    }
    await upserter.flush()
  }
  return { add, ledger, there, refused, requests: () => requests }
}

const ids = Array.from({ length: 2_500 }, (_, i) => `id-${i}`)

it('records that the index refuses are found among the others, which it gets', async () => {
  const bad = ['id-0', 'id-7', 'id-8', 'id-1500', 'id-2499']
  const { add, ledger, there, refused, requests } = await upserterInto((id) => bad.includes(id))
  await add(ids)
  expect(refused.sort()).toEqual(bad.toSorted())
  expect(there).toHaveLength(ids.length - bad.length)
  expect(ledger.certainIds().sort()).toEqual(there.sort())
  expect(requests()).toBeLessThan(120)
  await ledger.close()
})

it('an index that refuses one after another ends the run, after a few requests', async () => {
  const { add, ledger, there, requests } = await upserterInto(() => true)
  await expect(add(ids)).rejects.toThrow('the index refuses one record after another, the last of them "id-')
  expect(there).toEqual([])
  expect(requests()).toBeLessThan(80)
  await ledger.close()
})
