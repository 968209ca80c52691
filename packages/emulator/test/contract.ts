import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'

const document = JSON.parse(
  readFileSync(new URL('../../../spec/inference_2025-10.openapi.json', import.meta.url), 'utf8'),
) as { paths: Record<string, Record<string, { responses: Record<string, unknown> }>> }

// OpenAPI 3.0's own keywords and number formats are no JSON Schema; they check nothing here.
const ajv = new Ajv({ strict: false, formats: { int32: true, int64: true, float: true } })
ajv.addSchema(document, 'contract')

export type SchemaName =
  | 'EmbeddingsList'
  | 'DenseEmbedding'
  | 'SparseEmbedding'
  | 'RerankResult'
  | 'ModelInfoList'
  | 'ModelInfo'
  | 'ErrorResponse'

/** What is wrong with the value by that schema of the contract; empty for nothing. */
export function contractErrors(schema: SchemaName, value: unknown): string[] {
  const validate = ajv.getSchema(`contract#/components/schemas/${schema}`)
  if (!validate) throw new Error(`the contract has no schema ${schema}`)
  validate(value)
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
}
