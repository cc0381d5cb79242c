export { adam, type AdamOptions, type AdamState } from "./adam.ts";
export { lbfgs, type LbfgsOptions, type LbfgsState } from "./lbfgs.ts";
export { cosineDecay, exponentialDecay, type Schedule } from "./schedules.ts";
export { variableAdam, variableSgd, type VariableAdamOptions } from "./variables.ts";
