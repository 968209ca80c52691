import { isPassing } from '../service/failure-kinds.js'
import { EXIT } from './exit-code.js'

/** What a command ends with after an error: whether the same command may work later. */
export function exitCodeOf(error: Error): number {
  return isPassing(error) ? EXIT.stopped : EXIT.refused
}
