// When `auto` takes a GPU. What a step costs there is counted (launches, bytes, operations, numbers read back) and divided by what the
// device was measured to do, on the user's machine when it is needed: no figure of any card stands here. What it costs on the processor
// follows from constants of the native kernels, measured on the machine of `eval/README.md`. Those are certain, the prediction is not:
// kernels reach a part of a device's rates. So a GPU must be faster by a factor, and by enough that opening it pays.
import { predictedSeconds, type KernelCost } from "../webgpu/cost.ts";
import type { MeasuredRates } from "../webgpu/rates.ts";

/** A step of a run: its work on a device, and its seconds on the processor. */
export interface StepCost extends KernelCost {
  /** Times that it waits for numbers of the device. */
  readonly readBacks: number;
  /** By the native kernels, with this machine's threads; without them by TypeScript. */
  readonly hostSeconds: number;
  /** Steps that the run will have. */
  readonly steps: number;
}

/** Of predictions for devices. */
const SAFETY = 2;

/** Seconds of a run that a GPU must save: to find it, to open and to measure it, and to compile kernels take about as long. */
export const LEAST_SAVED_SECONDS = 5;

/** What no device exceeds, in orders of magnitude: work that is not worth one at these rates is done without looking for any. */
const BEST_RATES: MeasuredRates = {
  secondsPerLaunch: 1e-6,
  bytesPerSecond: 2e13,
  operationsPerSecond: 1e15,
  readBackSeconds: 2e-5,
};

/** Predicted seconds of a step on a device. */
export function deviceSeconds(step: StepCost, rates: MeasuredRates): number {
  return predictedSeconds(step, rates) + step.readBacks * rates.readBackSeconds;
}

/** Whether a run is shorter on a device of these rates, beyond doubt. */
export function isWorthDevice(step: StepCost, rates: MeasuredRates): boolean {
  return step.steps * (step.hostSeconds - SAFETY * deviceSeconds(step, rates)) > LEAST_SAVED_SECONDS;
}

/** Whether it may be on any: else none need be looked for. */
export function mayBeWorthDevice(step: StepCost): boolean {
  return isWorthDevice(step, BEST_RATES);
}
