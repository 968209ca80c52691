import type { RerankDocument } from '../api/rerank.js'

/** A document as the service takes it. An object is handed on as it is: a class may have a toJSON. */
export function documentFields(document: string | object): RerankDocument {
  return typeof document === 'string' ? { text: document } : (document as RerankDocument)
}
