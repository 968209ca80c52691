import { readDocuments } from '@pinecone-inference/files'

/** Levels of what is printed of a document; JSON.stringify goes deeper, but not without end. */
const DEEPEST = 1_000

/** The documents of the inputs, each with a text to rank by; what has none is refused with its file and line. */
export async function documentsIn(
  inputs: readonly string[],
  rankFields: readonly string[],
  signal: AbortSignal,
): Promise<Record<string, unknown>[]> {
  const documents: Record<string, unknown>[] = []
  const wanted = rankFields.map((name) => JSON.stringify(name)).join(' nor ')
  const endInput = () => process.stdin.destroy()
  if (inputs.includes('-')) signal.addEventListener('abort', endInput, { once: true })
  try {
    for await (const { values, refuse } of readDocuments(inputs)) {
      signal.throwIfAborted()
      const given = rankFields
        .map((name) => values[name])
        .filter((value) => value !== undefined && value !== null)
      if (given.some((value) => typeof value !== 'string')) throw refuse(`${wanted} is no string`)
      if (given.every((value) => value === '')) {
        const present = Object.keys(values)
          .slice(0, 20)
          .map((name) => JSON.stringify(name))
        const advice = given.length === 0 && present.length > 0 ? ': name one by --rank-fields' : ''
        throw refuse(`has no text in ${wanted}; it has ${present.join(', ') || 'nothing'}${advice}`)
      }
      if (isDeeperThan(DEEPEST, values)) throw refuse(`is nested more than ${DEEPEST} deep`)
      documents.push(values)
    }
  } finally {
    signal.removeEventListener('abort', endInput)
  }
  return documents
}

function isDeeperThan(depth: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return false
  return depth === 0 || Object.values(value).some((item) => isDeeperThan(depth - 1, item))
}
