import type { ModelInfo } from '../../models/hosted-models.js'
import { BackendError } from '../backend.js'
import type { ModelFolder } from './find-model-folders.js'
import type { ModelSettings } from './read-model-settings.js'

/** A complete folder and the settings from its files. */
export interface ModelFiles extends ModelFolder {
  readonly settings: ModelSettings
}

/** A hosted model that a local one stands in for. */
export interface LocalModel<Request, Result> {
  readonly info: ModelInfo
  answer(request: Request, signal: AbortSignal): Promise<Result>
  close(): Promise<void>
}

/** What a local model has in common with the hosted one, and a note that it is not that one. */
export function describeLocal(hosted: ModelInfo, settings: ModelSettings): ModelInfo {
  return {
    ...hosted,
    provider_name: `@pinecone-inference/emulator (local ONNX model from the folder ${hosted.model})`,
    max_sequence_length: Math.min(hosted.max_sequence_length, settings.maxTokens),
  }
}

/** Runs a model once at the start, so that an unsuitable one fails there. */
export async function tryOut<Result>(folder: string, run: () => Promise<Result>): Promise<Result> {
  try {
    return await run()
  } catch (error) {
    throw new BackendError(
      `The model in ${folder} does not work: ${error instanceof Error ? error.message : error}`,
      { cause: error },
    )
  }
}
