import { readDocuments } from '@pinecone-inference/files'

/** Levels of nesting in a printed document; JSON.stringify overflows the stack far beyond that. */
const DEEPEST = 1_000

export interface Documents {
  /** The documents with a text to rank by. */
  readonly documents: Record<string, unknown>[]
  /** The position of each of them among all documents, counted from 0. */
  readonly positions: readonly number[]
  /** A message for each document with an empty text, with its file and line. */
  readonly blank: readonly string[]
}

/**
 * The documents of the inputs.
 *
 * @throws InputError with file and line for a document without any of the fields, or with a field that is not a string
 */
export async function documentsIn(
  inputs: readonly string[],
  rankFields: readonly string[],
  signal: AbortSignal,
): Promise<Documents> {
  const documents: Record<string, unknown>[] = []
  const positions: number[] = []
  const blank: string[] = []
  const wanted = rankFields.map((name) => JSON.stringify(name)).join(' nor ')
  const endInput = () => process.stdin.destroy()
  if (inputs.includes('-')) signal.addEventListener('abort', endInput, { once: true })
  try {
    for await (const { values, refuse } of readDocuments(inputs)) {
      signal.throwIfAborted()
      const given = rankFields
        .map((name) => values[name])
        .filter((value) => value !== undefined && value !== null)
      if (given.some((value) => typeof value !== 'string')) throw refuse(`${wanted} is not a string`)
      if (rankFields.every((name) => values[name] === undefined)) {
        const present = Object.keys(values)
          .slice(0, 20)
          .map((name) => JSON.stringify(name))
        const advice = present.length > 0 ? '; name one with --rank-fields' : ''
        throw refuse(`has no text in ${wanted}; it has ${present.join(', ') || 'nothing'}${advice}`)
      }
      if (isDeeperThan(DEEPEST, values)) throw refuse(`is nested more than ${DEEPEST} deep`)
      const position = documents.length + blank.length
      if (given.every((value) => value === '')) {
        blank.push(refuse(`is left out: ${wanted} is empty`).message)
        continue
      }
      documents.push(values)
      positions.push(position)
    }
  } finally {
    signal.removeEventListener('abort', endInput)
  }
  return { documents, positions, blank }
}

function isDeeperThan(depth: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return false
  return depth === 0 || Object.values(value).some((item) => isDeeperThan(depth - 1, item))
}
