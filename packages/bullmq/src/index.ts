export { RedisBudget, type RedisBudgetOptions } from './budget/redis-budget.js'
export type { Part, Sink } from './output/sink.js'
export type { ProduceOptions } from './produce/produce.js'
export { RedisUnavailableError } from './redis/redis-unavailable-error.js'
export {
  type EmbedOptions,
  EmbedRun,
  type EmbedRunOptions,
  type FollowOptions,
  type RunResult,
} from './run/embed-run.js'
export type { RecordFailure } from './run/ledger.js'
export type { Progress } from './run/progress.js'
export { RunError } from './run/run-error.js'
export type { RunSpec } from './run/run-spec.js'
export { runWorker, type WorkerOptions, type WorkerResult } from './work/run-worker.js'
export { WorkerError } from './work/worker-error.js'
