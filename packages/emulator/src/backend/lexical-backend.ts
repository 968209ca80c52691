import { embed } from '../embed/embed.js'
import { hostedModels } from '../models/hosted-models.js'
import { rerank } from '../rerank/rerank.js'
import type { Backend } from './backend.js'

/** The lexical stand-ins, for every hosted model. */
export const lexicalBackend: Backend = { models: hostedModels, embed, rerank, close: async () => {} }
