/**
 * Compiled with the rest by `pnpm typecheck`. What is right has to compile wherever its values come from, without
 * `as const`; what is only known when the program runs is checked then.
 */
import {
  type EmbedModel,
  type EmbedParameters,
  type EmbedParametersOf,
  type EmbedRequest,
  type Encoding,
  PineconeInference,
  type RerankModel,
  type RerankParameters,
  type RerankParametersOf,
  type RerankRequest,
} from '@pinecone-inference/client'
import { startEmulator } from '@pinecone-inference/emulator'
import { PineconeEmbeddings, PineconeRerank as RerankDocuments } from '@pinecone-inference/langchain'
import { PineconeEmbedding, PineconeRerank as RerankNodes } from '@pinecone-inference/llamaindex'

const pinecone = new PineconeInference()
const inputs = ['a']
const query = 'q'
const documents = inputs
const e5 = 'multilingual-e5-large'
const llama = 'llama-text-embed-v2'
const bge = 'bge-reranker-v2-m3'

/** Parameters in a variable. */
const passage = { inputType: 'passage' }
const short = { inputType: 'passage', truncate: 'END', dimension: 384 }
const cut = { truncate: 'END' }
void pinecone.embed({ model: e5, inputs, parameters: passage })
void pinecone.embedAll({ model: llama, inputs, parameters: short })
void pinecone.embedAll({ model: llama, inputs, parameters: { ...short, dimension: 2048 } })
void pinecone.embedAll({ model: e5, inputs, parameters: passage }, { onError: 'collect' })
void pinecone.embedStream({ model: llama, inputs, parameters: short })
void pinecone.embedStream({ model: llama, inputs, parameters: short }, { onError: 'collect' })
void pinecone.rerank({ model: bge, query, documents, parameters: cut })
void pinecone.rerankAll({ model: bge, query, documents, parameters: cut })
new RerankDocuments({ model: bge, parameters: cut })
new RerankNodes({ model: bge, parameters: cut })

/** A whole request in a variable. */
const request = { model: e5, inputs, parameters: { inputType: 'passage' } }
void pinecone.embed(request)
const typed: EmbedRequest = { model: e5, inputs, parameters: { inputType: 'passage' } }
void pinecone.embedAll(typed)
const ranking = { model: bge, query, documents, parameters: { truncate: 'END' } }
void pinecone.rerank(ranking)

/** Values from variables, functions, the environment, a file. */
const inputType = process.argv.includes('--query') ? 'query' : 'passage'
const truncate = process.env.TRUNCATE ?? 'END'
const dimension = Number(process.env.DIMENSION ?? 1024)
const perhaps: 'END' | undefined = process.argv[3] === 'END' ? 'END' : undefined
const fromFile: Record<string, unknown> = JSON.parse('{}')
const parametersFor = (kind: string) => ({ inputType: kind })
const parametersOf = (): EmbedParameters => ({ inputType: 'query' })
const rerankParameters = (): RerankParameters => ({ truncate: 'END' })
void pinecone.embed({ model: llama, inputs, parameters: { inputType, truncate, dimension } })
void pinecone.embed({ model: llama, inputs, parameters: { inputType, truncate: perhaps } })
void pinecone.embed({ model: llama, inputs, parameters: fromFile })
void pinecone.embed({ model: llama, inputs, parameters: parametersFor('query') })
void pinecone.embed({ model: llama, inputs, parameters: parametersOf() })
void pinecone.rerank({ model: bge, query, documents, parameters: { truncate } })
void pinecone.rerank({ model: bge, query, documents, parameters: { truncate: perhaps } })
void pinecone.rerank({ model: bge, query, documents, parameters: fromFile })
void pinecone.rerank({ model: bge, query, documents, parameters: rerankParameters() })

/** Options that may be undefined, also with `exactOptionalPropertyTypes`, which this is compiled with. */
const signal: AbortSignal | undefined = process.argv.includes('--quick') ? AbortSignal.timeout(10) : undefined
const fault = { kind: 'status', status: 503, retryAfter: process.env.RETRY_AFTER } as const
const topN: number | undefined = process.argv.includes('--few') ? 3 : undefined
const client = new PineconeInference({ apiKey: process.env.KEY, baseUrl: process.env.URL, timeout: topN })
void client.embedAll({ model: e5, inputs, parameters: undefined }, { signal, batchSize: topN })
void client.rerankAll({ model: bge, query, documents, topN, rankFields: undefined }, { signal })
new PineconeEmbeddings({ apiKey: process.env.KEY, model: process.env.MODEL, batchSize: topN })
new RerankDocuments({ client, topN, scoreThreshold: topN })
new RerankNodes({ client: undefined, model: process.env.MODEL, topN })
void new PineconeEmbedding().getTextEmbedding('a', { signal })
export const emulator = () =>
  startEmulator({ apiKey: process.env.KEY, seed: topN, faults: [{ times: topN, fault }] })

/** What is certainly wrong is still refused. */
// @ts-expect-error no such type, beside a value that is not known
void pinecone.embed({ model: llama, inputs, parameters: { inputType: 'document', truncate } })
// @ts-expect-error a number
void pinecone.embed({ model: llama, inputs, parameters: { inputType, dimension: truncate } })
const long = { inputType: 'passage', dimension: 4096 } as const
// @ts-expect-error no such length
void pinecone.embed({ model: llama, inputs, parameters: long })
const wrong: EmbedRequest<'number', 'multilingual-e5-large'> = {
  model: e5,
  inputs,
  // @ts-expect-error it cuts no beginnings
  parameters: { inputType: 'passage', truncate: 'START' },
}

/** The model from a variable. */
const fromEnvironment = process.env.MODEL ?? 'multilingual-e5-large'
const oneOfTwo = process.argv.includes('--long') ? llama : e5
const oneOfTwoRerankers = process.argv.includes('--fast') ? 'pinecone-rerank-v0' : bge
void pinecone.embed({ model: fromEnvironment, inputs, parameters: short })
void pinecone.embed({ model: fromEnvironment, inputs, parameters: { inputType: 'passage', dimension: 77 } })
void pinecone.rerank({ model: fromEnvironment, query, documents, parameters: cut })
void pinecone.embed({ model: oneOfTwo, inputs, parameters: passage })
void pinecone.embed({ model: oneOfTwo, inputs, parameters: { inputType: 'passage', dimension: 1024 } })
// one of them has it
void pinecone.embed({ model: oneOfTwo, inputs, parameters: { inputType: 'passage', dimension: 384 } })
// @ts-expect-error none of them has it
void pinecone.embed({ model: oneOfTwo, inputs, parameters: { inputType: 'passage', dimension: 500 } })
void pinecone.rerank({ model: oneOfTwoRerankers, query, documents, parameters: { truncate: 'END' } })
// @ts-expect-error none of them cuts beginnings
void pinecone.rerank({ model: oneOfTwoRerankers, query, documents, parameters: { truncate: 'START' } })

/** Functions of one's own around a call. */
export const around = [
  (model: string, parameters?: EmbedParameters) =>
    pinecone.embedAll({ model, inputs, ...(parameters ? { parameters } : {}) }),
  (model: EmbedModel) => pinecone.embedAll({ model, inputs, parameters: { inputType: 'passage' } }),
  <M extends EmbedModel>(model: M) =>
    pinecone.embedAll({ model, inputs, parameters: { inputType: 'passage' } }),
  <M extends EmbedModel>(model: M, parameters: EmbedParametersOf<M>) =>
    pinecone.embedAll({ model, inputs, parameters }),
  <E extends Encoding>(request: EmbedRequest<E>) => pinecone.embedAll(request),
  <E extends Encoding, M extends EmbedModel>(request: EmbedRequest<E, M>) => pinecone.embedAll(request),
  (request: Omit<EmbedRequest, 'model'>) => pinecone.embedAll({ ...request, model: llama }),
  (...args: Parameters<PineconeInference['embedAll']>) => pinecone.embedAll(...args),
  (parameters: RerankParameters) => pinecone.rerankAll({ model: bge, query, documents, parameters }),
  <M extends RerankModel>(model: M, parameters: RerankParametersOf<M>) =>
    pinecone.rerankAll({ model, query, documents, parameters }),
  (request: RerankRequest) => pinecone.rerankAll({ ...request, model: bge, topN: 3 }),
  (...args: Parameters<PineconeInference['rerank']>) => pinecone.rerank(...args),
  <M extends EmbedModel>(model: M) => new PineconeEmbeddings({ model }),
  (model: string, dimension: number) => new PineconeEmbedding({ model, dimension }),
]

/** Adapters. */
const fields = { model: llama, dimension: 1024, truncate: 'END' }
new PineconeEmbeddings(fields)
new PineconeEmbedding(fields)
new PineconeEmbeddings({ model: llama, dimension })
new PineconeEmbeddings({ model: fromEnvironment, dimension, truncate, documentParameters: passage })
new PineconeEmbeddings({ model: oneOfTwo, dimension: 1024, truncate: 'END' })
new PineconeEmbedding({ model: llama, dimension })
new RerankDocuments({ model: fromEnvironment, parameters: fromFile })
new RerankNodes({ parameters: { truncate } })
class Ours extends PineconeEmbeddings {
  constructor() {
    super({ model: llama, dimension: 384 })
  }
}
let anyEmbeddings: PineconeEmbeddings = new Ours()
anyEmbeddings = new PineconeEmbeddings({ model: llama, dimension: 384 })
let anyReranker: RerankDocuments = new RerankDocuments({ model: bge, parameters: cut })
anyReranker = new RerankDocuments()
void [wrong, anyEmbeddings, anyReranker]

/** What does not compile though it may be right; the client's README says what to do. */
interface OurParameters {
  inputType: string
}
const ours: OurParameters = passage
// @ts-expect-error an interface has no index signature
void pinecone.embed({ model: e5, inputs, parameters: ours })
void pinecone.embed({ model: e5, inputs, parameters: { ...ours } })
// @ts-expect-error a class has no type parameter to spare for each of its options
new PineconeEmbeddings({ model: llama, truncate })
// @ts-expect-error nor for these
new PineconeEmbedding({ model: llama, documentParameters: passage })
new PineconeEmbedding({ model: llama as string, truncate, documentParameters: passage })
