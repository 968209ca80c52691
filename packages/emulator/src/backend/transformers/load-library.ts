import { BackendError } from '../backend-error.js'

/** The part of the optional peer that is used. */
export type Library = Pick<
  typeof import('@huggingface/transformers'),
  'AutoModel' | 'AutoModelForSequenceClassification' | 'AutoTokenizer' | 'Tensor'
>

/** Loads the optional peer, which takes a while and nobody else needs. */
export async function loadLibrary(): Promise<Library> {
  try {
    return await import('@huggingface/transformers')
  } catch (error) {
    if (isMissing(error)) {
      throw new BackendError(
        "Backend 'transformers' needs the package @huggingface/transformers, version 4; " +
          'install it beside this one: npm install @huggingface/transformers@4',
        { cause: error },
      )
    }
    throw new BackendError(
      `The package @huggingface/transformers cannot be loaded: ${error instanceof Error ? error.message : error}`,
      { cause: error },
    )
  }
}

/** Whether the package itself is not there, rather than something that it needs. */
function isMissing(error: unknown): boolean {
  const { code, message = '' } = error as { code?: string; message?: string }
  return (
    (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') &&
    /['"]@huggingface\/transformers['"]/.test(message)
  )
}
