import { importPeers } from '../import-peers.js'

/** The part of the optional peer that is used. */
export type Library = Pick<
  typeof import('@huggingface/transformers'),
  'AutoModel' | 'AutoModelForSequenceClassification' | 'AutoTokenizer' | 'Tensor'
>

/** Loads the optional peer, which takes a while and nobody else needs. */
export async function loadLibrary(): Promise<Library> {
  return await importPeers(
    'transformers',
    ['@huggingface/transformers@4'],
    () => import('@huggingface/transformers'),
  )
}
