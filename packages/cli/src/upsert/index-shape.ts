import { hostedModel } from '@pinecone-inference/client'
import type { EmbedCall } from '../embed/job/embed-job.js'
import { IndexError } from '../ending/expected-error.js'

/** The vectors that an index accepts. */
export interface IndexShape {
  /** Undefined for an index of sparse vectors only. */
  readonly dense: { readonly dimension: number; readonly metric: string } | undefined
  /** The model with which the index itself embeds texts, if it does. */
  readonly ownModel: string | undefined
}

/** An index as the SDK describes it: 7 and 8 by dimension and metric, 9 by its schema. */
export interface DescribedIndex {
  readonly host: string
  readonly status?: { readonly ready?: boolean; readonly state?: string }
  readonly vectorType?: string
  readonly dimension?: number
  readonly metric?: string
  readonly embed?: { readonly model?: string }
  readonly schema?: { readonly fields: Readonly<Record<string, SchemaField>> }
}

interface SchemaField {
  readonly dimension?: number
  readonly metric?: string
}

/** @throws IndexError for one that is not ready, or holds documents */
export function shapeOf(name: string, described: DescribedIndex): IndexShape {
  const { status, schema, embed, vectorType } = described
  if (status?.ready === false) {
    throw new IndexError(`the index ${name} is not ready (${status.state ?? 'no state given'})`, {
      passes: true,
    })
  }
  const ownModel = embed?.model
  if (schema === undefined) {
    return { dense: vectorType === 'sparse' ? undefined : denseOf(name, described), ownModel }
  }
  // The reserved fields of an index that the vectors API serves (the SDK's model of IndexSchema, 9.0.0).
  const { _values: dense, _sparse_values: sparse } = schema.fields
  if (dense || sparse) return { dense: dense && denseOf(name, dense), ownModel }
  throw new IndexError(
    `the index ${name} holds documents with a schema, which are imported, not upserted as vectors: ` +
      'embed into a file with --layout documents',
  )
}

function denseOf(name: string, { dimension, metric }: SchemaField): IndexShape['dense'] {
  if (dimension !== undefined && metric !== undefined) return { dimension, metric }
  throw new IndexError(`the index ${name} does not say its dimension and metric`)
}

/**
 * Checks, before anything is paid for, that the vectors of the calls fit an index.
 *
 * @throws IndexError naming what differs
 */
export function refuseMisfit(name: string, shape: IndexShape, calls: readonly EmbedCall[]): void {
  const dense = calls.find(({ vectorType }) => vectorType === 'dense')
  const sparse = calls.find(({ vectorType }) => vectorType === 'sparse')
  refuseForeignModels(
    name,
    shape,
    calls.map(({ model }) => model),
  )
  if (!dense) {
    if (!shape.dense) return
    throw new IndexError(
      `the index ${name} needs dense vectors of ${shape.dense.dimension} numbers; ${sparse?.model} makes sparse ones only`,
    )
  }
  refuseOtherVectors(
    name,
    shape,
    { dimension: dense.parameters.dimension ?? hostedModel(dense.model)?.defaultDimension, sparse: !!sparse },
    dense.model,
  )
}

/** Checks that the models of vectors include that of an index that embeds texts itself. */
export function refuseForeignModels(
  name: string,
  { ownModel }: IndexShape,
  models: readonly unknown[],
): void {
  if (ownModel === undefined || models.includes(ownModel)) return
  throw new IndexError(
    `the index ${name} embeds texts with ${ownModel} itself; vectors of another model cannot be compared with its own`,
  )
}

/** Checks dense vectors, with or without sparse ones. */
export function refuseOtherVectors(
  name: string,
  { dense }: IndexShape,
  vectors: { readonly dimension: number | undefined; readonly sparse: boolean },
  source: string,
): void {
  if (!dense) throw new IndexError(`the index ${name} accepts sparse vectors only; ${source} has dense ones`)
  const { dimension, sparse } = vectors
  if (dimension !== undefined && dimension !== dense.dimension) {
    const canFit = hostedModel(source)?.dimensions?.includes(dense.dimension)
    throw new IndexError(
      `the index ${name} has vectors of ${dense.dimension} numbers, and ${source} ${dimension}` +
        `${canFit ? `; --dimension ${dense.dimension} makes them fit` : ''}`,
    )
  }
  if (sparse && dense.metric !== 'dotproduct') {
    throw new IndexError(
      `the index ${name} has the metric ${dense.metric}; sparse and dense vectors together need dotproduct`,
    )
  }
}
