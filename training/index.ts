/** Runs tasks: the one loop, where a run is written, how it is shown, and the optimisers on the host. */
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
  makeResultFolder,
  openRunDirectory,
  type RunConfig,
  type RunDirectory,
} from "./run-directory.ts";
