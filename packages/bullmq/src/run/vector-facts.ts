import { hostedModel } from '@pinecone-inference/client'

/** What all vectors of a run share. */
export interface VectorFacts {
  /** The model that made them, by the service's name for it: not always the one requested. */
  readonly servedBy: string
  /** Length of each vector; absent for sparse ones. */
  readonly dimension?: number
}

/** Whether vectors fit in one index: made by one model, possibly under its alias, and of one length. */
export function areComparable(a: VectorFacts, b: VectorFacts): boolean {
  return a.dimension === b.dimension && (a.servedBy === b.servedBy || isAlias(a.servedBy, b.servedBy))
}

export function inWords({ servedBy, dimension }: VectorFacts): string {
  return dimension === undefined ? servedBy : `${servedBy} with ${dimension} numbers each`
}

function isAlias(a: string, b: string): boolean {
  const facts = hostedModel(a)
  return facts !== undefined && facts === hostedModel(b)
}
