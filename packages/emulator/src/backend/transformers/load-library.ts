import { importPeers } from '../import-peers.js'

/** The part of the optional peer that is used. */
export type Library = Pick<
  typeof import('@huggingface/transformers'),
  'AutoModel' | 'AutoModelForSequenceClassification' | 'AutoTokenizer' | 'Tensor' | 'env'
>

/** Loads the optional peer, which takes a while and nobody else needs. It reads local files only. */
export async function loadLibrary(): Promise<Library> {
  const library = await importPeers(
    'transformers',
    ['@huggingface/transformers@4'],
    () => import('@huggingface/transformers'),
  )
  // The thread's own copy: what the process does with the package elsewhere stays as it is.
  library.env.allowRemoteModels = false
  return library
}
