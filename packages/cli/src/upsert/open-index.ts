import { createRequire } from 'node:module'
import type { Index, Pinecone } from '@pinecone-database/pinecone'
import type { EmbeddedRecord } from '@pinecone-inference/files'
import { IndexError } from '../ending/expected-error.js'
import type { Vectors } from './hashes.js'
import { type DescribedIndex, type IndexShape, shapeOf } from './index-shape.js'
import { type Patience, patientFetch } from './patient-fetch.js'

const SDK = '@pinecone-database/pinecone'
/** The first that has `upsert({ records })`. */
const OLDEST_SDK = 7
/** https://docs.pinecone.io/reference/api/database-limits/operation-limits, November 2026: ids of a deletion, and of a fetch. */
const IDS_A_REQUEST = 1000
/** Ids of a fetch are in its address, which proxies keep to 8 KB or less. */
const FETCHED_A_REQUEST = 100
const CHARACTERS_OF_IDS = 4000
/** Indexes that the error for a missing one names. */
const NAMED = 20

export interface IndexSettings extends Patience {
  readonly name: string
  /** Undefined for the default one. */
  readonly namespace: string | undefined
  readonly apiKey: string
  /** Of the control plane, which knows the index's own address; undefined for Pinecone's. */
  readonly controlUrl: string | undefined
}

/** A namespace of an index. */
export interface OpenIndex {
  readonly name: string
  readonly host: string
  readonly shape: IndexShape
  upsert(records: readonly EmbeddedRecord[]): Promise<void>
  delete(ids: readonly string[]): Promise<void>
  /** The vectors that the index has, by their ids. */
  vectors(ids: readonly string[]): Promise<Map<string, Vectors>>
}

/**
 * Finds an index by its name, through the official SDK.
 *
 * @throws IndexError where the SDK is missing or too old, or the index is not there, not ready, or made of documents
 */
export async function openIndex(settings: IndexSettings): Promise<OpenIndex> {
  const { name, namespace, apiKey, controlUrl } = settings
  const { Pinecone } = await loadSdk()
  const pinecone: Pinecone = new Pinecone({
    apiKey,
    // patientFetch tries again
    maxRetries: 0,
    fetchApi: patientFetch(settings),
    ...(controlUrl === undefined ? {} : { controllerHostUrl: controlUrl }),
  })
  const described = await own(pinecone.describeIndex(name)).catch(async (error: unknown) => {
    throw error instanceof IndexError && error.status === 404 ? await missing(name, pinecone, error) : error
  })
  const index: Index = pinecone.index({
    host: described.host,
    ...(namespace === undefined ? {} : { namespace }),
  })
  return {
    name,
    host: described.host,
    shape: shapeOf(name, described as DescribedIndex),
    async upsert(records) {
      await own(index.upsert({ records: records.map(plain) }))
    },
    async delete(ids) {
      for (let at = 0; at < ids.length; at += IDS_A_REQUEST) {
        await own(index.deleteMany({ ids: ids.slice(at, at + IDS_A_REQUEST) }))
      }
    },
    async vectors(ids) {
      const found = new Map<string, Vectors>()
      for (const some of inShortAddresses(ids)) {
        const { records } = await own(index.fetch({ ids: some }))
        for (const [id, { values, sparseValues }] of Object.entries(records)) {
          found.set(id, { ...(values?.length ? { values } : {}), ...(sparseValues ? { sparseValues } : {}) })
        }
      }
      return found
    },
  }
}

async function missing(name: string, pinecone: Pinecone, cause: IndexError): Promise<IndexError> {
  const { indexes = [] } = await own(pinecone.listIndexes())
  const names = indexes.map((index) => index.name)
  const there =
    names.length > 0
      ? `the project has ${names.slice(0, NAMED).join(', ')}${names.length > NAMED ? ` and ${names.length - NAMED} more` : ''}`
      : 'the project has none'
  return new IndexError(`there is no index ${name}; ${there}`, { cause })
}

async function loadSdk(): Promise<typeof import('@pinecone-database/pinecone')> {
  let version: string
  try {
    version = createRequire(import.meta.url)(`${SDK}/package.json`).version
  } catch (cause) {
    const node = Number(process.versions.node.split('.')[0])
    throw new IndexError(
      `upserts go through ${SDK}, which is not installed: npm install ${SDK}@${node < 22 ? OLDEST_SDK : 9} ` +
        '(with -g where this command was installed with it)',
      { cause },
    )
  }
  if (Number(version.split('.')[0]) < OLDEST_SDK) {
    throw new IndexError(`${SDK} ${version} is installed; upserts need ${OLDEST_SDK} or later`)
  }
  return import('@pinecone-database/pinecone')
}

function inShortAddresses(ids: readonly string[]): string[][] {
  const requests: string[][] = []
  let free = 0
  for (const id of ids) {
    const length = `&ids=${encodeURIComponent(id)}`.length
    const last = requests.at(-1)
    if (last && last.length < FETCHED_A_REQUEST && length <= free) {
      last.push(id)
      free -= length
    } else {
      requests.push([id])
      free = CHARACTERS_OF_IDS - length
    }
  }
  return requests
}

/** What the SDK was asked for; an error of `patientFetch` as it was before the SDK put its own words around it. */
async function own<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    for (let cause = error; cause instanceof Error; cause = cause.cause) {
      if (cause instanceof IndexError || cause.name === 'AbortError') throw cause
    }
    throw new IndexError(error instanceof Error ? error.message : String(error), { cause: error })
  }
}

/** JSON.stringify makes objects of typed arrays. */
function plain({ id, values, sparseValues, metadata }: EmbeddedRecord) {
  return {
    id,
    ...(values ? { values: Array.from(values) } : {}),
    ...(sparseValues
      ? {
          sparseValues: {
            indices: Array.from(sparseValues.indices),
            values: Array.from(sparseValues.values),
          },
        }
      : {}),
    ...(metadata ? { metadata } : {}),
  }
}
