import type { DocumentInterface } from '@langchain/core/documents'
import type { RunCollectorCallbackHandler } from '@langchain/core/tracers/run_collector'

type Run = RunCollectorCallbackHandler['tracedRuns'][number]

/** A run and the runs in it, with what went into retrievers and rerankers and what came out. */
export function printTrace(run: Run, depth = 1): void {
  console.log(`${'  '.repeat(depth)}${run.name}${documentsIn(run)}`)
  for (const child of run.child_runs ?? []) printTrace(child, depth + 1)
}

function documentsIn({ inputs, outputs = {} }: Run): string {
  if (!Array.isArray(outputs.documents)) return ''
  const documents: DocumentInterface[] = outputs.documents
  const given = Array.isArray(inputs.documents) ? `${inputs.documents.length} → ` : ''
  const scores = documents.flatMap(({ metadata }) =>
    typeof metadata.relevanceScore === 'number' ? [metadata.relevanceScore.toFixed(3)] : [],
  )
  return `: ${given}${documents.length} documents${scores.length > 0 ? `, scores ${scores.join(' ')}` : ''}`
}
