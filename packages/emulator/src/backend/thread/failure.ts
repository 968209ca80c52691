import { ApiError } from '../../http/api-error.js'
import { BackendError } from '../backend.js'

/** An error passed between threads, where classes are lost. */
export type Failure =
  | { readonly kind: 'api'; readonly status: number; readonly code: string; readonly message: string }
  | { readonly kind: 'backend'; readonly message: string }
  | { readonly kind: 'other'; readonly message: string; readonly stack: string | undefined }

export function writeFailure(error: unknown): Failure {
  if (error instanceof ApiError) {
    return { kind: 'api', status: error.status, code: error.code, message: error.message }
  }
  if (error instanceof BackendError) return { kind: 'backend', message: error.message }
  if (error instanceof Error) return { kind: 'other', message: error.message, stack: error.stack }
  return { kind: 'other', message: String(error), stack: undefined }
}

export function readFailure(failure: Failure): Error {
  switch (failure.kind) {
    case 'api':
      return new ApiError(failure.status, failure.code, failure.message)
    case 'backend':
      return new BackendError(failure.message)
    case 'other':
      return Object.assign(new Error(failure.message), failure.stack ? { stack: failure.stack } : {})
  }
}
