import type { Sender } from '../delivery/sender.js'
import type { ModelCatalog } from '../models/catalog.js'
import type { ExpectedByModel } from '../models/expected.js'

/** What every call works with. */
export interface Engine {
  readonly sender: Sender
  readonly catalog: ModelCatalog
  readonly expected: ExpectedByModel
  readonly maxConcurrency: number
}
