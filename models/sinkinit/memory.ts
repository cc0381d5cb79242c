import * as tf from "@tensorflow/tfjs-core";
import { RunError } from "../../src/errors.ts";
import { formatBytes, machineMemory } from "../../src/memory.ts";
import type { ApproximatorSpec } from "./approximator.ts";
import { priorSize, type GeneratorSpec } from "./generator.ts";

const FLOAT_BYTES = 4;
/** Each parameter has a gradient. */
const COPIES_OF_PARAMETERS = 2;
/** Of an entry of a cost that is not separable: its kernel in float32 to train; cost, and cost times kernel, in float64 to evaluate. */
const MATRIX_BYTES = 20;
/** What 32-bit addresses reach: of the `wasm` backend, which would write elsewhere once no memory is left. */
const WASM_BYTES = 2 ** 32;

/**
 * Throws RunError where a training step needs more memory than machine or backend have, before any of it is asked for. The sum is a lower
 * bound: parameters with their gradients, the outputs of all layers for one batch with theirs, and the matrix of a cost that is
 * not separable.
 */
export function requireMemory(approximator: ApproximatorSpec, generator: GeneratorSpec, batch: number): void {
  const points = approximator.extent ** 2;
  const layers = [unitsOfApproximator(approximator), unitsOfGenerator(generator)];
  const parameters = layers.flatMap((units) => units.slice(1).map((count, layer) => count * units[layer]));
  const outputs = batch * sum(layers.flat());
  const matrix = approximator.cost === "squared-euclidean" ? 0 : MATRIX_BYTES * points ** 2;
  const tensors = FLOAT_BYTES * COPIES_OF_PARAMETERS * (sum(parameters) + outputs);
  require(tensors + matrix, machineMemory(), "this machine");
  if (tf.getBackend() === "wasm") require(tensors, WASM_BYTES, "the wasm backend");
}

function require(needed: number, present: number, where: string): void {
  if (needed <= present) return;
  throw new RunError(
    `sinkinit: a step needs at least ${formatBytes(needed)}, ${where} has ${formatBytes(present)}; take a smaller grid or batch, or smaller widths`,
  );
}

function unitsOfApproximator({ network, extent, widths, modes }: ApproximatorSpec): number[] {
  if (network === "dense") return [2 * extent ** 2, ...widths, extent ** 2];
  return [2 * modes.input ** 2, ...widths, modes.output ** 2];
}

function unitsOfGenerator(spec: GeneratorSpec): number[] {
  const { prior, extent, widths, modes } = spec;
  const inner = prior === "noise" ? [priorSize(spec), ...widths] : [2 * modes ** 2, ...widths, 2 * modes ** 2];
  return [...inner, 2 * extent ** 2];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
