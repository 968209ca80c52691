import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Pinecone } from '@pinecone-database/pinecone'
import { describe, expect, it } from 'vitest'
import { checkedLine, journalLine } from '../src/embed/output/journal.js'
import { DENSE } from './records.js'
import { folderOf, run } from './run-command.js'
import { service } from './service.js'

const BOTH = [...DENSE, '--sparse-model', 'pinecone-sparse-english-v0'] as const

/** A folder whose records are in an index, with a page and a draft as metadata. */
async function filled(models: readonly string[], count = 3) {
  const { emulator, env } = await service({
    indexes: [{ name: 'docs', dimension: 384, metric: 'dotproduct' }],
  })
  const index = new Pinecone({ apiKey: 'any', controllerHostUrl: emulator.url }).index({
    host: `${emulator.url}/index/docs`,
  })
  const folder = await folderOf()
  const args = ['embed', 'in.jsonl', '--upsert', 'docs', ...models]
  const runOver = async (texts: readonly string[], metadata: (i: number) => object, ...more: string[]) => {
    const lines = texts.map(
      (text, i) => `${JSON.stringify({ id: `id-${i}`, text, metadata: metadata(i) })}\n`,
    )
    await writeFile(join(folder, 'in.jsonl'), lines.join(''))
    return run(folder, [...args, ...more], env)
  }
  const texts = Array.from({ length: count }, (_, i) => `passage ${i}`)
  expect((await runOver(texts, (i) => ({ page: i, draft: true }))).code).toBe(0)
  emulator.requests.length = 0
  return {
    emulator,
    folder,
    index,
    texts,
    runOver,
    fetched: async (i: number) => (await index.fetch({ ids: [`id-${i}`] })).records[`id-${i}`],
    embeddedTexts: () =>
      emulator.requests
        .splice(0)
        .filter(({ path }) => path === '/embed')
        .flatMap(({ body }) => (body as { inputs: { text: string }[] }).inputs.map(({ text }) => text)),
  }
}

describe('embed --upsert, run again with new metadata', () => {
  it.each([
    ['dense', DENSE],
    ['dense and sparse', BOTH],
  ] as const)('replaces the metadata and keeps the vectors: %s', async (_, models) => {
    const { emulator, texts, runOver, fetched, embeddedTexts } = await filled(models)
    const before = await fetched(1)
    emulator.faults.add(
      { route: '/vectors/fetch', call: 2, fault: { kind: 'reset' } },
      { route: '/vectors/upsert', call: 1, fault: { kind: 'status', status: 503 } },
    )
    const edited = [texts[0] ?? '', texts[1] ?? '', 'another passage']
    const { code, stderr } = await runOver(edited, (i) =>
      i === 0 ? { page: 0, draft: true } : { page: i, by: 'me' },
    )
    expect([code, stderr]).toEqual([
      0,
      expect.stringMatching(
        /^Of 3 records, 1 is .*Embedded 1 record .*Updated the metadata of 1 record, with/s,
      ),
    ])
    expect(stderr).toContain('1 record had not changed.')
    expect(new Set(embeddedTexts())).toEqual(new Set(['another passage']))
    expect(await fetched(1)).toEqual({ ...before, metadata: { page: 1, by: 'me' } })

    const again = await runOver(
      edited,
      (i) => (i === 0 ? { page: 0, draft: true } : { page: i, by: 'me' }),
      '--json',
    )
    expect(again.stdout).toContain('"embedded":0,"failed":0,"unchanged":3,"updated":0')
  })

  it('embeds a text again where the index has another vector than it was given', async () => {
    const { index, texts, runOver, fetched, embeddedTexts } = await filled(DENSE)
    const before = await fetched(2)
    await index.upsert({ records: [{ id: 'id-2', values: Array.from({ length: 384 }, () => 0.5) }] })
    await index.deleteOne({ id: 'id-1' })
    const { code } = await runOver(texts, () => ({ page: 7 }))
    expect([code, new Set(embeddedTexts())]).toEqual([0, new Set(['passage 1', 'passage 2'])])
    expect(await fetched(2)).toEqual({ ...before, metadata: { page: 7 } })
  })

  it('asks for many vectors in addresses of a few thousand characters', async () => {
    const { emulator, texts, runOver, embeddedTexts, index } = await filled(DENSE, 450)
    expect((await runOver(texts, () => ({ page: 7 }), '--dry-run')).stdout).toContain('450')
    const { code, stderr } = await runOver(texts, () => ({ page: 7 }))
    expect([code, stderr]).toEqual([0, expect.stringContaining('Updated the metadata of 450 records')])
    const fetches = emulator.requests.filter(({ path }) => path.includes('/vectors/fetch'))
    expect(fetches.length).toBeLessThan(10)
    expect(embeddedTexts()).toEqual([])
    const { records } = await index.fetch({ ids: ['id-0', 'id-449'] })
    expect(Object.values(records).map(({ metadata }) => metadata)).toEqual([{ page: 7 }, { page: 7 }])
  })

  it('continues a record that has no hashes of texts, by embedding what has new metadata', async () => {
    const { folder, texts, runOver, embeddedTexts } = await filled(DENSE)
    const path = join(folder, 'docs.upserted.jsonl')
    const lines = (await readFile(path, 'utf8')).trimEnd().split('\n').map(checkedLine) as {
      upserted?: string[][]
    }[]
    const older = lines.map(({ upserted, ...line }) => ({
      ...line,
      ...(upserted && { upserted: upserted.map((entry) => entry.slice(0, 2)) }),
    }))
    await writeFile(path, older.map(journalLine).join(''))
    expect((await runOver(texts, (i) => (i === 2 ? { page: 7 } : { page: i, draft: true }))).code).toBe(0)
    expect(embeddedTexts()).toEqual(['passage 2'])
  })
})
