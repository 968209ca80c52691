import { existsSync } from 'node:fs'
import { appendFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { EmulatorOptions } from '@pinecone-inference/emulator'
import { readEmbedded } from '@pinecone-inference/files'
import { describe, expect, it } from 'vitest'
import { DENSE, lines, passages, SPARSE } from './records.js'
import { folderOf, run, start } from './run-command.js'
import { service } from './service.js'

async function countingService(options: EmulatorOptions = {}) {
  const { emulator, env } = await service(options)
  return {
    emulator,
    env,
    /** Texts that were sent since the last time. */
    embeddedTexts(): string[] {
      const requests = emulator.requests.filter(({ path }) => path === '/embed')
      emulator.requests.length = 0
      return requests.flatMap(({ body }) =>
        (body as { inputs: { text: string }[] }).inputs.map(({ text }) => text),
      )
    },
  }
}

async function contentOf(path: string) {
  const records = new Map<string, { vectors: string; metadata: unknown }>()
  for await (const { id, metadata, ...vectors } of readEmbedded(path)) {
    records.set(id, { vectors: JSON.stringify(vectors), metadata })
  }
  return records
}

describe('embed, run again over an input that has changed', () => {
  it.each(['out.jsonl', 'out.parquet'])(
    'embeds what is new, takes over the rest, and lists what is gone: %s',
    async (file) => {
      const { env, embeddedTexts } = await countingService()
      const folder = await folderOf({
        'in.jsonl': lines([
          { id: 'gone', text: 'about to go' },
          { id: 'same', text: 'stays as it is' },
          { id: 'moved', text: 'gets another id' },
          { id: 'changed', text: 'before' },
          { id: 'retold', text: 'gets metadata' },
        ]),
      })
      const args = ['embed', 'in.jsonl', '-o', file, ...DENSE, '--sparse-model', SPARSE[1]]
      expect((await run(folder, args, env)).code).toBe(0)
      const first = await contentOf(join(folder, file))
      embeddedTexts()

      const unchanged = await run(folder, args, env)
      expect([unchanged.code, unchanged.stderr]).toEqual([0, `${file} was finished already.\n`])

      await writeFile(
        join(folder, 'in.jsonl'),
        lines([
          { id: 'retold', text: 'gets metadata', metadata: { page: 7 } },
          { id: 'renamed', text: 'gets another id' },
          { id: 'new', text: 'new' },
          { id: 'changed', text: 'after' },
          { id: 'same', text: 'stays as it is' },
        ]),
      )
      const { stdout } = await run(folder, [...args, '--dry-run', '--json'], env)
      expect(JSON.parse(stdout)).toMatchObject({ records: 5, unchanged: 3 })
      const second = await run(folder, args, env)
      expect(second.stderr).toMatch(
        new RegExp(`^Of 5 records, the vectors of 3 are in ${file} already.\nEmbedded 2 records`),
      )
      expect(second.stderr).toContain(
        'Left 2 records that the input no longer has: gone, moved; --cleanup full',
      )
      expect(new Set(embeddedTexts())).toEqual(new Set(['new', 'after']))
      const content = await contentOf(join(folder, file))
      expect([...content.keys()]).toEqual(['retold', 'renamed', 'new', 'changed', 'same', 'gone', 'moved'])
      for (const [now, before] of [
        ['same', 'same'],
        ['retold', 'retold'],
        ['renamed', 'moved'],
        ['gone', 'gone'],
      ] as const) {
        expect(content.get(now)?.vectors).toBe(first.get(before)?.vectors)
      }
      expect(content.get('changed')?.vectors).not.toBe(first.get('changed')?.vectors)
      expect(content.get('retold')?.metadata).toEqual({ page: 7 })

      const third = await run(folder, [...args, '--cleanup', 'full'], env)
      expect(third.stderr).toContain('Deleted 2 records that the input no longer has.')
      expect(embeddedTexts()).toEqual([])
      expect([...(await contentOf(join(folder, file))).keys()]).toEqual([...content.keys()].slice(0, 5))
      expect(await readdir(folder)).toEqual(['in.jsonl', file, `${file}.record.jsonl`])
    },
  )

  it('deletes the passages that a document no longer has', async () => {
    const { env, embeddedTexts } = await countingService()
    const folder = await folderOf()
    const text = (about: string) => `${about} `.repeat(100)
    await mkdir(join(folder, 'docs'))
    await writeFile(join(folder, 'docs/long.md'), [text('one'), text('two'), text('six')].join('\n\n'))
    await writeFile(join(folder, 'docs/gone.md'), 'About to go.')
    const args = [
      'embed',
      'docs/',
      '-o',
      'out.jsonl',
      ...SPARSE,
      '--passage-size',
      '500',
      '--passage-overlap',
      '0',
    ]
    await run(folder, args, env)
    embeddedTexts()
    await writeFile(join(folder, 'docs/long.md'), text('one'))
    await rm(join(folder, 'docs/gone.md'))
    const { stderr } = await run(folder, args, env)
    expect(stderr).toContain('Deleted 2 records that the input no longer has.')
    expect(stderr).toContain('Left 1 record that the input no longer has: gone.md#1')
    expect(embeddedTexts()).toEqual([])
    expect([...(await contentOf(join(folder, 'out.jsonl'))).keys()]).toEqual(['long.md#1', 'gone.md#1'])
  })

  it('keeps what --limit has left out, without a word', async () => {
    const { env } = await countingService()
    const folder = await folderOf({
      'in.jsonl': lines([
        { id: 'a', text: 'a' },
        { id: 'b', text: 'b' },
      ]),
    })
    const args = ['embed', 'in.jsonl', '-o', 'out.jsonl', ...SPARSE]
    await run(folder, args, env)
    const { code, stderr } = await run(folder, [...args, '--limit', '1'], env)
    expect([code, stderr]).toEqual([0, expect.not.stringContaining('no longer')])
    expect([...(await contentOf(join(folder, 'out.jsonl'))).keys()]).toEqual(['a', 'b'])
  })

  it('adds what had failed, and keeps no list of failures then', async () => {
    const { env } = await countingService()
    const folder = await folderOf({
      'in.jsonl': lines([
        { id: 'a', text: 'a' },
        { id: 'b', text: '' },
      ]),
    })
    const args = ['embed', 'in.jsonl', '-o', 'out.jsonl', ...SPARSE]
    expect((await run(folder, args, env)).code).toBe(2)
    expect((await run(folder, args, env)).stderr).toBe('out.jsonl was finished already.\n')
    await writeFile(
      join(folder, 'in.jsonl'),
      lines([
        { id: 'a', text: 'a' },
        { id: 'b', text: 'b' },
      ]),
    )
    expect((await run(folder, args, env)).code).toBe(0)
    expect([...(await contentOf(join(folder, 'out.jsonl'))).keys()]).toEqual(['a', 'b'])
    expect(existsSync(join(folder, 'out.jsonl.failed.jsonl'))).toBe(false)
  })

  it('keeps no vector of a text that has changed into one that fails', async () => {
    const { env } = await countingService()
    const folder = await folderOf({
      'in.jsonl': lines([
        { id: 'a', text: 'a' },
        { id: 'b', text: 'b' },
      ]),
    })
    const args = ['embed', 'in.jsonl', '-o', 'out.jsonl', ...SPARSE]
    await run(folder, args, env)
    await writeFile(
      join(folder, 'in.jsonl'),
      lines([
        { id: 'a', text: '' },
        { id: 'b', text: 'b' },
      ]),
    )
    expect((await run(folder, args, env)).code).toBe(2)
    expect([...(await contentOf(join(folder, 'out.jsonl'))).keys()]).toEqual(['b'])
  })
})

describe('embed, run again, refuses before anything is sent', () => {
  const input = lines([
    { id: 'a', text: 'a' },
    { id: 'b', text: 'b' },
  ])

  it('another model than that of the vectors that are there', async () => {
    const { env, embeddedTexts } = await countingService()
    const folder = await folderOf({ 'in.jsonl': input })
    const args = ['embed', 'in.jsonl', '-o', 'out.jsonl']
    await run(folder, [...args, ...SPARSE], env)
    embeddedTexts()
    const { code, stderr } = await run(folder, [...args, ...SPARSE, '--input-type', 'query'], env)
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining(
        'out.jsonl was made with a different --input-type ("passage", now "query"), so it would mix',
      ),
    ])
    expect(embeddedTexts()).toEqual([])
  })

  it('an output that was changed by somebody, or is not of this command', async () => {
    const { env, embeddedTexts } = await countingService()
    const folder = await folderOf({ 'in.jsonl': input })
    const args = ['embed', 'in.jsonl', '-o', 'out.jsonl', ...SPARSE]
    await run(folder, args, env)
    embeddedTexts()
    await appendFile(join(folder, 'out.jsonl'), '{}\n')
    const changed = await run(folder, args, env)
    expect([changed.code, changed.stderr]).toEqual([
      1,
      expect.stringContaining('out.jsonl.record.jsonl does not match it. Move it away'),
    ])
    await rm(join(folder, 'out.jsonl.record.jsonl'))
    const unknown = await run(folder, args, env)
    expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringContaining('out.jsonl exists already')])
    expect(embeddedTexts()).toEqual([])
  })
})

describe('embed, killed while it brings an output up to date', () => {
  it.each(['out.jsonl', 'out.parquet'])(
    'leaves the previous output as it was, and resumes: %s',
    async (file) => {
      const { env, emulator } = await countingService({ latency: 100 })
      const folder = await folderOf({ 'in.jsonl': lines(passages(3_000)) })
      const args = ['embed', 'in.jsonl', '-o', file, ...SPARSE]
      await run(folder, args, env)
      const before = await readFile(join(folder, file))
      emulator.requests.length = 0
      await writeFile(join(folder, 'in.jsonl'), lines(passages(4_000, 1_000)))

      const journal = join(folder, `${file}.partial/journal.jsonl`)
      const checkpoints = async () => (await readFile(journal, 'utf8').catch(() => '')).split('\n').length - 2
      for (const requests of [5, 3]) {
        const { child, ended } = start(folder, [...args, '--concurrency', '2'], env)
        child.stdin.end()
        const waiting = { interval: 5, timeout: 20_000 }
        await expect.poll(() => emulator.requests.length, waiting).toBeGreaterThanOrEqual(requests)
        emulator.faults.add({ route: '/embed', fault: { kind: 'stall', at: 'headers' } })
        await expect.poll(checkpoints, waiting).toBeGreaterThan(0)
        child.kill('SIGKILL')
        await ended
        emulator.faults.clear()
        expect(await readFile(join(folder, file))).toEqual(before)
        emulator.requests.length = 0
      }
      const { code, stderr } = await run(folder, args, env)
      expect([code, stderr]).toEqual([
        0,
        expect.stringMatching(/^Of .*Continuing after .*Left 1,000 records .* id-0, id-1/s),
      ])
      const content = await contentOf(join(folder, file))
      expect(content.size).toBe(5_000)
      expect([...content.keys()].slice(0, 4_000)).toEqual(
        Array.from({ length: 4_000 }, (_, i) => `id-${1_000 + i}`),
      )
      expect(await readdir(folder)).toEqual(['in.jsonl', file, `${file}.record.jsonl`])
    },
    120_000,
  )
})
