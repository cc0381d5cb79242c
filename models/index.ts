/** The components: parameters, forward maps and tasks. No loop is here; `training` runs the tasks. */
export type { Evaluation, Iterate, Moments, Objective, Optimizer, VariableOptimizer } from "./optimizer.ts";
export type { Metrics, MetricsRow, StepContext, StepOutcome, Task } from "./task.ts";
export { encode, interpolateWeights, reconstruct, type Dictionary, type EncodeOptions } from "./wdl/dictionary.ts";
export { wdlOptions, type WdlOptions } from "./wdl/options.ts";
export { setUpWdl, type WdlSetup } from "./wdl/setup.ts";
export { wdlTask, type WdlState, type WdlTaskSettings } from "./wdl/task.ts";
export { loadInitializer, type ApproximatorSpec, type LearnedInitializer } from "./sinkinit/index.ts";
export { sinkinitOptions, type SinkinitOptions } from "./sinkinit/options.ts";
export { completeSinkinit, type CompleteSinkinitOptions } from "./sinkinit/presets.ts";
export { setUpSinkinit } from "./sinkinit/setup.ts";
export { sinkinitTask, type SinkinitState, type SinkinitTaskSettings } from "./sinkinit/task.ts";
export { learnedInitializer } from "./sinkinit/initializer.ts";
export { exportInitializer, INITIALIZER_FORMATS, type InitializerFormat } from "./sinkinit/export/index.ts";
