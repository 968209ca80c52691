import { readdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { ModelInfo } from '../../models/hosted-models.js'
import { BackendError } from '../backend.js'

export interface ModelFolder {
  /** The hosted model that the folder is named after. */
  readonly hosted: ModelInfo
  readonly path: string
}

/**
 * The sub-folders of `modelDir`, each named after a hosted model. A folder with another name is an error, because it is
 * usually a misspelt one; files and hidden folders are ignored.
 */
export async function findModelFolders(
  modelDir: string,
  models: readonly ModelInfo[],
): Promise<ModelFolder[]> {
  const dense = models.filter((model) => model.type === 'rerank' || model.vector_type === 'dense')
  const expected = `expected sub-folders named after hosted models: ${dense.map(({ model }) => model).join(', ')}`
  const names = await folderNames(modelDir)
  if (names.length === 0)
    throw new BackendError(`The model folder ${resolve(modelDir)} holds no model; ${expected}`)
  return names.map((name) => {
    const path = resolve(modelDir, name)
    const hosted = models.find(({ model }) => model === name)
    if (!hosted) throw new BackendError(`${path} is not named after a hosted model; ${expected}`)
    if (!dense.includes(hosted)) {
      throw new BackendError(
        `${path}: sparse models have lexical stand-ins only; remove the folder. Possible: ` +
          dense.map(({ model }) => model).join(', '),
      )
    }
    return { hosted, path }
  })
}

async function folderNames(modelDir: string): Promise<string[]> {
  try {
    const entries = await readdir(modelDir, { withFileTypes: true })
    return entries
      .filter((entry) => (entry.isDirectory() || entry.isSymbolicLink()) && !entry.name.startsWith('.'))
      .map(({ name }) => name)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const reason = { ENOENT: 'does not exist', ENOTDIR: 'is not a folder' }[code ?? ''] ?? `: ${message}`
    throw new BackendError(`The model folder ${resolve(modelDir)} ${reason}`, { cause: error })
  }
}
