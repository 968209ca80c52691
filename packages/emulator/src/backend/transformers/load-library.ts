import { importPeers } from '../import-peers.js'

/** The part of the optional peer that is used here. */
export type Library = Pick<
  typeof import('@huggingface/transformers'),
  'AutoModel' | 'AutoModelForSequenceClassification' | 'AutoTokenizer' | 'Tensor' | 'env'
>

/** Loads the optional peer, which takes a while and which no one else needs. It reads local files only. */
export async function loadLibrary(): Promise<Library> {
  const library = await importPeers(
    'transformers',
    ['@huggingface/transformers@4'],
    () => import('@huggingface/transformers'),
  )
  // The thread has its own copy, so the process's own use of the package is not affected.
  library.env.allowRemoteModels = false
  return library
}
