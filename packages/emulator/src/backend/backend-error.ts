/** Why a backend cannot be used: a package, a folder or a file that is missing, or a model that does not fit. */
export class BackendError extends Error {
  override readonly name = 'BackendError'
}
