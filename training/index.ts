/** Runs tasks: the one loop, where a run is written, how it is shown, optimisers, and the components by name. */
export {
  train,
  type EarlyStopRule,
  type Improvement,
  type ImprovementRule,
  type MetricsRow,
  type TrainOptions,
  type TrainResult,
  type TrainStatus,
} from "./loop.ts";
export * from "./optimizers/index.ts";
export * from "./progress/index.ts";
export {
  createRunDirectory,
  defaultRunPath,
  openRunDirectory,
  type NewRun,
  type RunConfig,
  type RunDirectory,
} from "./run-directory.ts";
export { MemoryRun, type MemoryRunSettings } from "./memory-run.ts";
export { lockRun } from "./run-lock.ts";
export { components, componentOf } from "./components/index.ts";
export type { Component, PreparedTask } from "./components/component.ts";
