import { Embeddings } from '@langchain/core/embeddings'
import type {
  EmbedAllOptions,
  Embedding,
  EmbedParameters,
  PineconeInference,
  VectorType,
} from '@pinecone-inference/client'
import {
  checkOptions,
  DocumentAndQueryCalls,
  type EmbeddingFields,
  type NamesOf,
} from '@pinecone-inference/client/adapters'
import { signalInRun } from './signal-of-run.js'
import { SOURCE_TAG } from './source-tag.js'

/** Options beyond LangChain's own interface. */
export interface EmbedCallOptions extends Pick<EmbedAllOptions, 'onProgress'> {
  /**
   * Aborts the call; it rejects with the signal's reason. If absent, `embedQuery` ends with the run that it is part of;
   * null keeps it independent. `embedDocuments` never follows a run, because its vectors often serve other runs too.
   */
  signal?: AbortSignal | null | undefined
  /** Milliseconds for the whole call, including retries. Default: no limit; each attempt still has its own. */
  timeout?: number | undefined
}

const CALL_OPTIONS: NamesOf<EmbedCallOptions> = { signal: true, timeout: true, onProgress: true }

/** What dense and sparse embeddings share. */
export abstract class HostedEmbeddings<V extends VectorType, Vector> extends Embeddings<Vector> {
  readonly #calls: DocumentAndQueryCalls<V>
  readonly #vectorOf: (embedding: Extract<Embedding, { vectorType: V }>) => Vector

  /** @param vectorOf converts an embedding of the client to what LangChain's users expect */
  protected constructor(
    model: string,
    vectorType: V,
    fields: EmbeddingFields & { dimension?: number | undefined },
    vectorOf: (embedding: Extract<Embedding, { vectorType: V }>) => Vector,
  ) {
    // The client retries and limits concurrency. LangChain's caller is not used, so that retries do not multiply.
    super({ maxRetries: 0 })
    this.#calls = new DocumentAndQueryCalls(model, vectorType, fields, SOURCE_TAG)
    this.#vectorOf = vectorOf
  }

  /** The client that sends the requests: the one you passed in, or its own. */
  get client(): PineconeInference {
    return this.#calls.client
  }

  get model(): string {
    return this.#calls.model
  }

  /** Length of a vector: as requested, or the model's default if it is known. Undefined for sparse vectors. */
  get dimension(): number | undefined {
    return this.#calls.dimension
  }

  get truncate(): string | undefined {
    return this.#calls.truncate
  }

  get batchSize(): number | undefined {
    return this.#calls.batchSize
  }

  get blankAs(): string | undefined {
    return this.#calls.blankAs
  }

  get documentParameters(): Readonly<EmbedParameters> {
    return this.#calls.documentParameters
  }

  get queryParameters(): Readonly<EmbedParameters> {
    return this.#calls.queryParameters
  }

  /** Closes the client, unless you passed it in: others may be using it. */
  close(): Promise<void> {
    return this.#calls.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /**
   * @returns one vector per text, in order
   * @throws PineconeInferenceError with `inputRange`, and what was finished in `partial`
   */
  override async embedDocuments(texts: string[], options: EmbedCallOptions = {}): Promise<Vector[]> {
    checkOptions(options, CALL_OPTIONS, 'embedDocuments')
    const embeddings = await this.#calls.documents(texts, { ...options, signal: options.signal ?? undefined })
    return embeddings.map(this.#vectorOf)
  }

  /**
   * @returns the query's vector
   * @throws PineconeConfigurationError for an empty text, before anything is sent
   * @throws PineconeInferenceError if the request fails for good
   */
  override async embedQuery(text: string, options: EmbedCallOptions = {}): Promise<Vector> {
    checkOptions(options, CALL_OPTIONS, 'embedQuery')
    return this.#vectorOf(await this.#calls.query(text, { ...options, signal: signalInRun(options.signal) }))
  }
}
