import { asObject, parseAnswer } from './answer.js'
import { Chunks } from './chunks.js'

/** Takes an answer's bytes as they arrive, and makes a result of them once all are there. */
export interface AnswerReader<T> {
  push(chunk: Uint8Array): void
  /** @throws PineconeResponseError when the answer breaks the contract */
  end(): T
}

/** Leaves the whole answer to JSON.parse. */
export function wholeAnswer<T>(
  endpoint: string,
  decode: (answer: Record<string, unknown>) => T,
): AnswerReader<T> {
  const chunks = new Chunks()
  return {
    push: (chunk) => chunks.add(chunk),
    end: () => decode(asObject(endpoint, 'the answer', parseAnswer(endpoint, chunks.text(), chunks.length))),
  }
}
