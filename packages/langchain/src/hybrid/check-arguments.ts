import type { DocumentInterface } from '@langchain/core/documents'
import { PineconeConfigurationError } from '@pinecone-inference/client'
import { asWritten, checkMethods, refusedInput } from '@pinecone-inference/client/adapters'

/** Refuses an invalid field of the retriever. As for a `model`, null counts as absent. */
export function checkFields(fields: Readonly<Record<string, unknown>>): void {
  for (const name of ['embeddings', 'sparseEmbeddings']) {
    if (isEmbeddings(fields[name])) continue
    throw new PineconeConfigurationError(name, 'must be an object with embedDocuments and embedQuery')
  }
  for (const name of ['index', 'denseIndex', 'sparseIndex']) {
    checkMethods(name, fields[name], "an index, as returned by pc.index('docs')", [
      'namespace',
      'query',
      'upsert',
    ])
  }
  for (const [name, { is, kind }] of Object.entries(KINDS)) {
    const value = fields[name] ?? undefined
    if (value === undefined || is(value)) continue
    throw new PineconeConfigurationError(name, `is ${asWritten(value)}; it must be ${kind}`)
  }
}

const KINDS: Record<string, { kind: string; is: (value: unknown) => boolean }> = {
  topK: { kind: 'a whole number of at least 1', is: (k) => Number.isInteger(k) && Number(k) >= 1 },
  alpha: {
    kind: 'a number from 0 to 1',
    is: (alpha) => typeof alpha === 'number' && alpha >= 0 && alpha <= 1,
  },
  namespace: { kind: 'a string', is: (name) => typeof name === 'string' },
  filter: { kind: 'an object', is: (filter) => typeof filter === 'object' && !Array.isArray(filter) },
  textKey: { kind: 'the name of a metadata field', is: (key) => typeof key === 'string' && key !== '' },
}

function isEmbeddings(value: unknown): boolean {
  const { embedDocuments, embedQuery } = Object(value)
  return typeof embedDocuments === 'function' && typeof embedQuery === 'function'
}

export function checkDocuments(documents: readonly DocumentInterface[]): void {
  if (!Array.isArray(documents)) {
    throw new PineconeConfigurationError('documents', `is ${asWritten(documents)}; it must be an array`)
  }
  for (const [i, document] of documents.entries()) {
    const text: unknown = document?.pageContent
    if (typeof text === 'string') continue
    throw refusedInput(`documents[${i}].pageContent`, `is ${asWritten(text)}; it must be a string`, i)
  }
}

/**
 * The id of each document: from `ids`, or its own; undefined if it has none.
 *
 * @throws PineconeConfigurationError for an id that is given twice: one document would replace the other in the index
 */
export function idsOf(
  documents: readonly DocumentInterface[],
  ids: readonly string[] | undefined,
): (string | undefined)[] {
  if (ids !== undefined && !Array.isArray(ids)) {
    throw new PineconeConfigurationError('ids', `is ${asWritten(ids)}; it must be an array of strings`)
  }
  if (ids !== undefined && ids.length !== documents.length) {
    throw new PineconeConfigurationError('ids', `holds ${ids.length}, for ${documents.length} documents`)
  }
  const nameOf = (i: number) => (ids ? `ids[${i}]` : `documents[${i}].id`)
  const seen = new Map<string, number>()
  return documents.map((document, i) => {
    const id: unknown = ids ? ids[i] : (document.id ?? undefined)
    if (id === undefined && !ids) return undefined
    if (typeof id !== 'string' || id === '') {
      throw refusedInput(nameOf(i), `is ${asWritten(id)}; it must be a non-empty string`, i)
    }
    const earlier = seen.get(id)
    if (earlier !== undefined) {
      throw refusedInput(
        nameOf(i),
        `repeats ${nameOf(earlier)}, ${asWritten(id)}: the index keeps one record per id`,
        i,
      )
    }
    seen.set(id, i)
    return id
  })
}

export function checkQuery(query: unknown): void {
  if (typeof query === 'string' && query.trim() !== '') return
  throw new PineconeConfigurationError(
    'query',
    `is ${asWritten(query)}; it must be a string that is not blank`,
    undefined,
    {
      verdict: 'input',
    },
  )
}
