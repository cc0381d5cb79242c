/** The components: parameters, forward maps and tasks. No loop is here; `training` runs the tasks. */
export type { Evaluation, Iterate, Objective, Optimizer } from "./optimizer.ts";
export type { Metrics, StepContext, StepOutcome, Task } from "./task.ts";
export { encode, interpolateWeights, reconstruct, type Dictionary, type EncodeOptions } from "./wdl/dictionary.ts";
export { wdlOptions, type WdlOptions } from "./wdl/options.ts";
export { setUpWdl, type WdlSetup } from "./wdl/setup.ts";
export { wdlTask, type WdlState, type WdlTaskSettings } from "./wdl/task.ts";
