/** The components: parameters, forward maps and tasks. No loop is here; `training` runs the tasks. */
export type {
  Evaluation,
  GradientOptimizer,
  GradientState,
  Iterate,
  Moments,
  Objective,
  Optimizer,
  VariableOptimizer,
} from "./optimizer.ts";
export type { Metrics, MetricsRow, StepContext, StepOutcome, Task } from "./task.ts";
export { interpolateWeights, reconstruct, type Dictionary } from "./wdl/dictionary.ts";
export {
  encode,
  encoderOfBarycenters,
  fittedEncoder,
  type EncodeOptions,
  type Encodings,
} from "./wdl/encode/encode.ts";
export type { Encoder } from "./wdl/encode/encoder.ts";
export type { Factors } from "./wdl/factors.ts";
export { unpackFactors } from "./wdl/objective.ts";
export { wdlOptions, type WdlOptions } from "./wdl/options.ts";
export { setUpWdl, type WdlSetup } from "./wdl/setup.ts";
export { wdlStepCost } from "./wdl/step-cost.ts";
export { setUpStream, type StreamSetup } from "./wdl/stream/setup.ts";
export { streamTask, type StreamState, type StreamTaskSettings } from "./wdl/stream/task.ts";
export { wdlTask, type WdlState, type WdlTaskSettings } from "./wdl/task.ts";
export { wsvOptions, type WsvOptions } from "./wsv/options.ts";
export { setUpWsv, wsvSettings } from "./wsv/setup.ts";
export { metricOptions, type MetricOptions } from "./metric/options.ts";
export { metricSettings, setUpMetric } from "./metric/setup.ts";
export type { GroundMetricSetup } from "./ground-metric/setup.ts";
export { groundMetricTask, type GroundMetricSettings } from "./ground-metric/task.ts";
export { loadInitializer, type ApproximatorSpec, type LearnedInitializer } from "./sinkinit/index.ts";
export { sinkinitOptions, type SinkinitOptions } from "./sinkinit/options.ts";
export { completeSinkinit, type CompleteSinkinitOptions } from "./sinkinit/presets.ts";
export { setUpSinkinit } from "./sinkinit/setup.ts";
export { sinkinitTask, type SinkinitState, type SinkinitTaskSettings } from "./sinkinit/task.ts";
export { learnedInitializer } from "./sinkinit/initializer.ts";
export { exportInitializer, INITIALIZER_FORMATS, type InitializerFormat } from "./sinkinit/export/index.ts";
export { generatorTask, type GeneratorTaskSettings } from "./generator/task.ts";
export type { Embedding, ObjectiveParts } from "./embed/embedding.ts";
export { jointEmbedding, type JointEmbedding, type JointEmbeddingOptions } from "./embed/joint-embedding.ts";
export { embedOptions, scheduleOf } from "./embed/options.ts";
export { completeEmbed, type EmbedOptions } from "./embed/presets.ts";
export { embedProblem, type EmbedProblem } from "./embed/problem.ts";
export { setUpEmbed, type EmbedSetup } from "./embed/setup.ts";
export { embedTask, type EmbedTaskSettings } from "./embed/task.ts";
