import { RunnableLambda } from '@langchain/core/runnables'
import { PineconeInference } from '@pinecone-inference/client'
import { expect, it } from 'vitest'
import { emulated } from '../../../test/adapters/emulated.js'
import { PineconeRerank } from '../dist/index.js'

/** A file of its own: neither `@langchain/core/context` nor LangGraph may be imported here. */

it('an aborted lambda that passes on nothing ends, while its request goes on', async () => {
  const { emulator, fields } = await emulated()
  const client = new PineconeInference(fields)
  const reranker = new PineconeRerank({ client })
  const abort = new AbortController()
  const latency = () => {
    abort.abort(new Error('enough'))
    return 50
  }
  emulator.faults.add({ route: '/rerank', fault: { kind: 'latency', latency } })
  const run = RunnableLambda.from((query: string) => reranker.rerank(['a'], query)).invoke('q', {
    signal: abort.signal,
  })
  await expect(run).rejects.toThrow('enough')
  await client.close()
  expect(emulator.requests.map(({ status }) => status)).toEqual([200])
})
