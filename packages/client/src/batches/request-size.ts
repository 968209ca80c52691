/**
 * The bytes of a request's items. The service refuses a request of 2 MB
 * (https://docs.pinecone.io/reference/api/database-limits); the rest is room for the other fields.
 */
export const MAX_REQUEST_BYTES = 1_900_000

const INPUT_FRAME = '{"text":},'.length

/** Bytes that a text takes up in a request. */
export function inputSize(text: string): number {
  return utf8Length(JSON.stringify(text)) + INPUT_FRAME
}

/** Bytes that a document takes up in a request. */
export function documentSize(document: object): number {
  return utf8Length(JSON.stringify(document)) + 1
}

const encoder = new TextEncoder()

/** Bytes of a text in UTF-8. */
export function utf8Length(text: string): number {
  return globalThis.Buffer?.byteLength(text) ?? encoder.encode(text).length
}
