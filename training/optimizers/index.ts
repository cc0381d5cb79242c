export { adam, type AdamOptions } from "./adam.ts";
export type { FirstOrderState } from "./first-order.ts";
export { lbfgs, type LbfgsOptions, type LbfgsState } from "./lbfgs.ts";
export { constant, cosineDecay, exponentialDecay, inverseSquareRoot, warmUp, type Schedule } from "./schedules.ts";
export { sgd, type SgdOptions } from "./sgd.ts";
export { variableAdam, variableSgd, type VariableAdamOptions } from "./variables.ts";
