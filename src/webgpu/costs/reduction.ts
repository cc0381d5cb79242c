import * as tf from "@tensorflow/tfjs-core";
import type { Constants, Kernel } from "../kernel.ts";
import { launch, type Launch } from "../launch.ts";
import { kernelLimits } from "../limits.ts";
import { pace } from "./pace.ts";
import { planReduction, type Step } from "./plan.ts";
import { JOIN_LANES, type ReductionKernels } from "./reduction-kernels.ts";
import type { CostSource } from "./source.ts";

/** What stays the same for all launches of a reduction. */
export interface ReductionScalars {
  /** 1 / epsilon */
  readonly factor: number;
  readonly gain: number;
  readonly keep: number;
  readonly pull: number;
}

export interface ReductionLaunch {
  readonly transposed: boolean;
  readonly kernels: (pairsALane: number) => ReductionKernels;
  /** Numbers of a part. */
  readonly partWidth: number;
  /** What the kernels read besides the costs, and what only the end reads, before the result. */
  readonly inputs: readonly tf.TensorInfo[];
  readonly endInputs: readonly tf.TensorInfo[];
  /** [pairs, outputs] */
  readonly result: tf.TensorInfo;
  readonly scalars: ReductionScalars;
  readonly withMasses?: boolean;
  readonly constants: Constants;
}

/** Records a reduction. */
export function reduceCosts(source: CostSource, reduction: ReductionLaunch): void {
  const { transposed, inputs, endInputs, result, partWidth } = reduction;
  const lengths = transposed ? [source.shape[1], source.shape[0]] : source.shape;
  const [outputs] = lengths;
  const pairs = tf.util.sizeFromShape(result.shape) / outputs;
  const plan = planReduction(source, transposed, pairs);
  const kernels = reduction.kernels(plan.pairsALane);
  const lanes = source.lanes(transposed);
  const constants = {
    ...reduction.constants,
    OUTPUT_LANES: lanes.outputs,
    REDUCED_LANES: lanes.reduced,
    IS_REDUCED_FIRST: Number(lanes.isReducedFirst),
  };
  const run = (firstPair: number, count: number, kernel: Kernel, buffers: Launch["buffers"]): void => {
    const pairTiles = Math.ceil(count / plan.pairsALane);
    for (const step of plan.steps) {
      const uniforms = uniformsOf(source, step, lengths, plan.parts, [firstPair, count], reduction);
      const workgroups = step.tiles.count * step.splits.count * pairTiles;
      launch(kernel, { buffers: [...step.block.buffers, ...buffers], constants, uniforms, workgroups });
      pace(step.operations);
    }
  };
  if (plan.parts === 1) return run(0, pairs, kernels.whole, [...inputs, ...endInputs, result]);
  const bytesAPair = 4 * partWidth * plan.parts * outputs;
  const most = Math.max(1, Math.floor(kernelLimits().maxStorageBufferBindingSize / bytesAPair));
  for (let firstPair = 0; firstPair < pairs; firstPair += most) {
    const count = Math.min(most, pairs - firstPair);
    const parts = {
      tensor: source.scratch(count * plan.parts * outputs * partWidth),
      from: 0,
      count: count * plan.parts * outputs * partWidth,
    };
    run(firstPair, count, kernels.part, [...inputs, parts]);
    const uniforms = uniformsOf(source, plan.steps[0], lengths, plan.parts, [firstPair, count], reduction);
    launch(kernels.join, {
      buffers: [parts, ...endInputs, result],
      constants: {},
      uniforms,
      workgroups: Math.ceil((count * outputs) / JOIN_LANES),
    });
  }
}

function uniformsOf(
  source: CostSource,
  { block: { outputs, reduced, strides }, tiles, splits, splitLength, firstPart }: Step,
  [allOutputs, allReduced]: readonly number[],
  parts: number,
  [firstPair, pairs]: readonly [number, number],
  { scalars: { factor, gain, keep, pull }, withMasses = false }: ReductionLaunch,
): Uint32Array<ArrayBuffer> {
  const integers = [
    ...[outputs.count, reduced.count, ...strides, outputs.from, reduced.from, allOutputs, allReduced],
    ...[tiles.from, tiles.count, splits.from, splits.count, splitLength, firstPart, parts, firstPair, pairs],
    ...[source.dimension, source.metric, Number(withMasses)],
  ];
  const numbers = [factor, -factor * source.shift, gain, keep, pull];
  const uniforms = new Uint32Array(integers.length + numbers.length);
  uniforms.set(integers);
  new Float32Array(uniforms.buffer).set(numbers, integers.length);
  return uniforms;
}
