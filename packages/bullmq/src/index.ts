export { RedisBudget, type RedisBudgetOptions } from './budget/redis-budget.js'
export {
  type EmbedOptions,
  EmbedRun,
  type EmbedRunOptions,
  type FollowOptions,
  type RunResult,
} from './coordinator/embed-run.js'
export type { ProduceOptions } from './coordinator/produce.js'
export type { Part, Sink } from './output/sink.js'
export { RedisUnavailableError } from './redis/outage.js'
export { RunError, WorkerError } from './run/errors.js'
export type { RecordFailure } from './run/ledger.js'
export type { Progress } from './run/progress.js'
export type { RunSpec } from './run/run-spec.js'
export { runWorker, type WorkerOptions, type WorkerResult } from './worker/run-worker.js'
