import { ApiError } from './api-error.js'

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  /** The error's message; undefined for a success. */
  readonly refusal?: string
}

export function jsonAnswer(value: unknown): Answer {
  return { status: 200, headers: { 'cache-control': 'no-store' }, body: Buffer.from(JSON.stringify(value)) }
}

/** The contract's `ErrorResponse`; an unexpected error is a 500. */
export function errorAnswer(error: unknown): Answer {
  const known =
    error instanceof ApiError
      ? error
      : new ApiError(
          500,
          'INTERNAL',
          `The emulator failed: ${error instanceof Error ? error.message : error}`,
        )
  return {
    status: known.status,
    headers: known.headers,
    body: Buffer.from(known.body()),
    refusal: known.message,
  }
}
