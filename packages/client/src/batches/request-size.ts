/**
 * The bytes of a request's items. The service refuses a request of 2 MB
 * (https://docs.pinecone.io/reference/api/database-limits); the rest is room for the other fields.
 */
export const MAX_REQUEST_BYTES = 1_900_000

const INPUT_FRAME = Buffer.byteLength('{"text":},')

/** Bytes that a text takes up in a request. */
export function inputSize(text: string): number {
  return Buffer.byteLength(JSON.stringify(text)) + INPUT_FRAME
}

/** Bytes that a document takes up in a request. */
export function documentSize(document: object): number {
  return Buffer.byteLength(JSON.stringify(document)) + 1
}
