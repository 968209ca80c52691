import type { Backend } from './backend.js'
import { BackendError } from './backend-error.js'
import { lexicalBackend } from './lexical-backend.js'
import { openTransformersBackend } from './transformers/transformers-backend.js'

/** What answers `POST /embed` and `POST /rerank`. */
export type BackendOptions =
  /** Lexical stand-ins for every model. */
  | { readonly kind: 'lexical' }
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
    case 'transformers':
      return await openTransformersBackend(options.modelDir)
    default:
      throw new BackendError(
        `Backend ${JSON.stringify((options as { kind?: unknown }).kind)} does not exist; known: 'lexical', 'transformers'`,
      )
  }
}
