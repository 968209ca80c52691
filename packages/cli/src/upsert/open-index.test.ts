import { startEmulator } from '@pinecone-inference/emulator'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { openIndex } from './open-index.js'

const records = [{ id: 'oak', values: new Float32Array([0.5, 0.5]), metadata: { tall: true } }]

describe.each(['@pinecone-database/pinecone', 'pinecone-sdk-9'])('an index through %s', (sdk) => {
  it('says what it takes, and takes it', async () => {
    const emulator = await startEmulator({ indexes: [{ name: 'docs', dimension: 2 }, { name: 'words' }] })
    onTestFinished(() => emulator.close())
    vi.doMock('@pinecone-database/pinecone', async (original) =>
      sdk === 'pinecone-sdk-9' ? import('pinecone-sdk-9') : original(),
    )
    onTestFinished(() => void vi.doUnmock('@pinecone-database/pinecone'))
    const open = (name: string) =>
      openIndex({
        name,
        namespace: 'trees',
        apiKey: 'any',
        controlUrl: emulator.url,
        signal: new AbortController().signal,
        say() {},
      })
    const index = await open('docs')
    expect(index.shape).toEqual({ dense: { dimension: 2, metric: 'cosine' }, ownModel: undefined })
    await index.upsert(records)
    expect([...(await index.vectors(['oak', 'elm'])).keys()]).toEqual(['oak'])
    await index.delete(['oak'])
    expect((await index.vectors(['oak'])).size).toBe(0)
    expect((await open('words')).shape.dense).toBeUndefined()
    await expect(open('birds')).rejects.toThrow('there is no index birds; the project has docs, words')
  })

  it('ends a wait at once when it is aborted', async () => {
    const fault = { kind: 'status', status: 429, retryAfter: 60 } as const
    const emulator = await startEmulator({ indexes: [{ name: 'docs', dimension: 2 }], faults: [{ fault }] })
    onTestFinished(() => emulator.close())
    const abort = new AbortController()
    const opening = openIndex({
      name: 'docs',
      namespace: undefined,
      apiKey: 'any',
      controlUrl: emulator.url,
      signal: abort.signal,
      say() {},
    })
    await vi.waitFor(() => expect(emulator.requests[0]?.status).toBe(429))
    abort.abort()
    await expect(opening).rejects.toMatchObject({ name: 'AbortError' })
  })
})
