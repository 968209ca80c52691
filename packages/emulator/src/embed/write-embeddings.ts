import type { Embeddings } from './embed.js'
import type { EmbedRequest } from './read-embed-request.js'
import { numbersLength, writeNumbers } from './write-numbers.js'

/** The contract's `EmbeddingsList` as JSON. */
export function writeEmbeddings({ model, parameters }: EmbedRequest, embeddings: Embeddings): Buffer {
  const head = `{"model":${JSON.stringify(model.model)},"vector_type":"${embeddings.vectorType}","data":[`
  const tail = `],"usage":{"total_tokens":${embeddings.totalTokens}}}`
  if (embeddings.vectorType === 'dense') return writeDense(head, embeddings.vectors, tail)

  const data = embeddings.vectors.map(({ indices, values, tokens }) =>
    JSON.stringify({
      vector_type: 'sparse',
      sparse_values: values.map((value) => Number(Math.fround(value).toPrecision(8))),
      sparse_indices: indices,
      ...(parameters.return_tokens ? { sparse_tokens: tokens } : {}),
    }),
  )
  return Buffer.from(`${head}${data.join(',')}${tail}`)
}

const before = Buffer.from('{"values":')
const after = Buffer.from(',"vector_type":"dense"}')

function writeDense(head: string, vectors: readonly Float64Array[], tail: string): Buffer {
  let size = head.length * 3 + tail.length
  for (const vector of vectors) size += numbersLength(vector.length) + before.length + after.length + 1
  const target = Buffer.allocUnsafe(size)
  let at = target.write(head)
  for (const [index, vector] of vectors.entries()) {
    if (index > 0) target[at++] = 0x2c
    at += before.copy(target, at)
    at = writeNumbers(target, at, vector)
    at += after.copy(target, at)
  }
  at += target.write(tail, at)
  return target.subarray(0, at)
}
