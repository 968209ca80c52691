import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PineconeInference } from '@pinecone-inference/client'
import { parseFaultRule } from '@pinecone-inference/emulator'
import { readEmbedded } from '@pinecone-inference/files'
import { describe, expect, it } from 'vitest'
import { lines, passages } from './records.js'
import { folderOf, run } from './run-command.js'
import { service } from './service.js'

const MODEL = 'pinecone-sparse-english-v0'

interface Passage {
  readonly id: string
  readonly text: string
  readonly metadata?: { readonly page: number }
}
describe('embed, begun again after its input has changed', () => {
  it.each(['out.jsonl', 'out.parquet'])(
    'embeds only texts that no run before has embedded: %s',
    async (output) => {
      const { emulator, env } = await service()
      const folder = await folderOf()
      const args = ['embed', 'in.jsonl', '-o', output, '--model', MODEL, '--concurrency', '1']
      const sent = () =>
        emulator.requests
          .splice(0)
          .filter(({ status }) => status === 200)
          .flatMap(({ body }) => (body as { inputs: { text: string }[] }).inputs.map(({ text }) => text))
      const runOver = async (records: readonly Passage[], ...more: string[]) => {
        await writeFile(join(folder, 'in.jsonl'), lines(records))
        return run(folder, [...args, ...more], env)
      }

      emulator.faults.add(parseFaultRule('/embed#4-9999 status:401'))
      expect((await runOver(passages(600))).stderr).toContain('Stopped after 288 records')
      const first = sent()
      emulator.faults.clear()

      // before those that are done, among them, and behind them
      const edited = [
        ...passages(200, 700),
        ...passages(500, 100).map((one) => (one.id === 'id-150' ? { ...one, text: 'edited' } : one)),
      ]
      emulator.faults.add(parseFaultRule('/embed#3-9999 status:401'))
      const second = await runOver(edited)
      expect(second.stderr).toContain(
        `since the run in ${output}.partial began; the vectors of that run's 288 records are kept.`,
      )
      expect(second.stderr).toContain('Of 700 records, the vectors of 187 are in')
      const afterSecond = sent()
      emulator.faults.clear()

      const last = edited
        .toReversed()
        .map((one) => (one.id === 'id-500' ? { ...one, metadata: { page: 7 } } : one))
      const third = await runOver(last, '--id-field', 'id')
      expect([third.code, third.stderr]).toEqual([0, expect.stringContaining(`records into ${output}`)])
      const embedded = [...first, ...afterSecond, ...sent()]
      expect(new Set(embedded).size).toBe(embedded.length)

      const client = new PineconeInference({ apiKey: 'local', baseUrl: emulator.url })
      const { data } = await client.embedAll({
        model: MODEL,
        inputs: last.map(({ text }) => text),
        parameters: { inputType: 'passage' },
        encoding: output.endsWith('.parquet') ? 'float32' : 'number',
      })
      await client.close()
      const expected = data.map((embedding, i) => ({
        ...last[i],
        text: undefined,
        sparseValues: 'sparseIndices' in embedding && {
          indices: [...embedding.sparseIndices],
          values: [...embedding.sparseValues],
        },
      }))
      const written: unknown[] = []
      for await (const record of readEmbedded(join(folder, output))) written.push(record)
      expect(written).toEqual(expected)
      expect(await readdir(folder)).toEqual(['in.jsonl', output, `${output}.record.jsonl`])
    },
  )

  it('embeds metadata that was not wanted before without embedding its text again', async () => {
    const { emulator, env } = await service()
    const folder = await folderOf({
      'in.csv': `id,text,page\n${passages(300)
        .map(({ id, text }, i) => `${id},${text},${i}\n`)
        .join('')}`,
    })
    const args = ['embed', 'in.csv', '-o', 'out.jsonl', '--model', MODEL, '--concurrency', '1']
    emulator.faults.add(parseFaultRule('/embed#3-9999 status:401'))
    expect((await run(folder, args, env)).code).toBe(1)
    emulator.faults.clear()
    emulator.requests.length = 0
    expect((await run(folder, [...args, '--metadata-fields', 'page'], env)).code).toBe(0)
    expect(emulator.requests.filter(({ path }) => path === '/embed')).toHaveLength(2)
    const written = (await readFile(join(folder, 'out.jsonl'), 'utf8')).trimEnd().split('\n')
    expect(written.map((line) => JSON.parse(line).metadata.page)).toEqual(
      Array.from({ length: 300 }, (_, i) => String(i)),
    )
  })
})
