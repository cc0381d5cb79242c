import * as tf from "@tensorflow/tfjs-core";
import { isGrid, type Geometry } from "../../geometry/geometry.ts";
import { Adjoint } from "../../webgpu/barycenter/adjoint.ts";
import { FieldPool } from "../../webgpu/barycenter/field-pool.ts";
import { bytesOf, forwardRows, gradientGrouping, KEPT_BYTES, type GroupSizes } from "../../webgpu/barycenter/groups.ts";
import { kernelPasses, matrixBytes, type KernelPasses } from "../../webgpu/barycenter/kernel-passes.ts";
import { FUSED_LOSSES, LINEAR_LOSS, lossOf } from "../../webgpu/barycenter/loss.ts";
import { tilesOf } from "../../webgpu/barycenter/mean-adjoint.ts";
import { logMasses } from "../../webgpu/barycenter/pointwise.ts";
import { Recursion, type RecursionInputs, type Scalings } from "../../webgpu/barycenter/recursion.ts";
import { addRows, sumRows } from "../../webgpu/barycenter/sums.ts";
import { allocate, asTensor, clear, release, submit } from "../../webgpu/launch.ts";
import { kernelLimits } from "../../webgpu/limits.ts";
import { partFrom } from "../../webgpu/parts.ts";
import type { BarycenterInputs, BarycenterOutput, BarycenterOutputs, DeviceEngine } from "./engine.ts";
import { logScalingShape, type ResolvedOptions } from "./options.ts";
import type { InPieces } from "./pieces.ts";
import { checkShape, checkShapes, requireFixed } from "./problem.ts";
import { DeviceData, type DataOfGroup } from "./webgpu/data.ts";
import { COLD, readStart, violationsOf, writeOutputs, type Group } from "./webgpu/scalings.ts";

type Inputs = BarycenterInputs<tf.Tensor>;

/**
 * The contract by WGSL kernels, in float32 on logarithms to base 2: for every variant and cost, with losses and adjoint on the device. Data
 * points go in groups, so that any number of them streams through `keptBytes`; groups change no bit of the result, and neither do two runs.
 *
 * A gradient of L iterations on a grid of d axes reads and writes (8 d + 13) L fields of 4 B S N bytes, in (4 d + 3) L launches a group;
 * products take 4 d L B S N (2 r + 1) multiply-adds for a band of radius r (see `barycenterGradientCost`); debiased (d + 1) launches and half a
 * product an atom more. Undefined where a cost matrix is larger than the device binds.
 */
export function webgpuEngine(
  geometry: Geometry,
  options: ResolvedOptions,
  { keptBytes = KEPT_BYTES }: { readonly keptBytes?: number | undefined } = {},
): DeviceEngine | undefined {
  if (!isGrid(geometry) && matrixBytes(geometry) > kernelLimits().maxStorageBufferBindingSize) return undefined;
  const [m, n] = geometry.shape;
  const { iterations, memory, sides, debiased } = options;
  let passes: KernelPasses | undefined;
  const data = new DeviceData(n);

  const sizesOf = (points: number, atoms: number): GroupSizes => ({
    points,
    atoms,
    width: Math.max(m, n),
    iterations,
    memory,
    debiased,
    binding: kernelLimits().maxStorageBufferBindingSize / sides, // all sides of a start are seen at once
  });

  /** Calls `each` for one group after the other with what all of them share, which is freed at the end. */
  function* overGroups(
    { atoms, weights, start }: Inputs,
    rowsOfGroup: number,
    each: (recursion: Recursion, start: Scalings, group: Group) => void,
  ): InPieces<void> {
    const [points, count] = weights.shape as [number, number];
    passes ??= kernelPasses(geometry, options.epsilon);
    const masses = allocate([count * m]);
    const zeros = allocate([count * n]);
    clear(zeros);
    logMasses(atoms, masses, count * m);
    const inputs: RecursionInputs = { passes, options, atoms: count, masses, weights, zeros };
    const pools = {
      pool: new FieldPool(rowsOfGroup * count * Math.max(m, n)),
      rowPool: new FieldPool(rowsOfGroup * n),
    };
    try {
      for (let firstRow = 0; firstRow < points; firstRow += rowsOfGroup) {
        if (firstRow > 0) yield;
        const group = { firstRow, rows: Math.min(rowsOfGroup, points - firstRow) };
        const recursion = new Recursion(inputs, group, pools);
        const from = start ? readStart(start, options, { count, points: n }, group, pools) : COLD;
        each(recursion, from, group);
        recursion.give(from);
        recursion.end();
        submit();
      }
    } finally {
      pools.pool.dispose();
      pools.rowPool.dispose();
      release(masses, zeros);
    }
  }

  function* forward<W extends BarycenterOutput>(inputs: Inputs, wanted: readonly W[]) {
    check(inputs);
    const [points, count] = inputs.weights.shape as [number, number];
    const wants = (output: BarycenterOutput, shape: number[]): tf.TensorInfo =>
      allocate(wanted.includes(output as W) ? shape : [0]);
    const found = {
      barycenters: wants("barycenters", [points, n]),
      logScalings: wants("logScalings", logScalingShape(options, points, count, n)),
      errors: wants("errors", [violationsOf(options, count) * points]),
    };
    const rows = forwardRows(sizesOf(points, count), keptBytes);
    const pieces = overGroups(inputs, rows, (recursion, start) => {
      const last = recursion.run(start, iterations);
      writeOutputs(wanted, found, options, recursion, last);
      recursion.give(last);
      recursion.giveRest(last);
    });
    yield* orElse(pieces, () => release(...Object.values(found)));
    const outputs: Record<BarycenterOutput, () => tf.Tensor> = {
      barycenters: () => asTensor(found.barycenters),
      logScalings: () => asTensor(found.logScalings),
      errors: () => errorsOf(asTensor(found.errors), points, inputs.atoms),
      iterations: () => tf.fill([points], iterations),
    };
    const unwanted = Object.entries(found).filter(([name]) => !wanted.includes(name as W));
    release(...unwanted.map(([, info]) => info));
    const given = wanted.map((output) => [output, outputs[output]()]);
    return Object.fromEntries(given) as Pick<BarycenterOutputs<tf.Tensor>, W>;
  }

  /** Gradients of a loss and the losses; `dataOf` is what the loss takes of a group. */
  function* gradients(inputs: Inputs, loss: number, dataOf: DataOfGroup) {
    const [points, count] = inputs.weights.shape as [number, number];
    const grouping = gradientGrouping(sizesOf(points, count), keptBytes);
    const losses = allocate([points]);
    const found = { atoms: allocate([count, m]), weights: allocate([points, count]), losses };
    const lost = allocate([count, m]);
    const width = count * m;
    const pieces = overGroups(inputs, grouping.rows, (recursion, start, group) => {
      const { pool, rowPool, logP } = recursion;
      const { firstRow, rows } = group;
      const adjoint = new Adjoint(recursion, grouping.segment);
      adjoint.forward(start);
      const slopes = rowPool.take();
      lossOf(loss, n, group, { logP, data: dataOf(group), losses, slopes });
      const pulled = adjoint.pullBack(slopes);
      const [isFirst, isLast] = [firstRow === 0, firstRow + rows === points];
      addRows(pulled.atoms, { rows, width, isFirst, isLast }, { sums: found.atoms, lost });
      sumRows(pulled.weights, rows * count, tilesOf(n), found.weights, firstRow * count);
      rowPool.give(slopes);
      pool.give(pulled.atoms, pulled.weights);
    });
    yield* orElse(pieces, () => release(lost, ...Object.values(found)));
    release(lost);
    return { atoms: asTensor(found.atoms), weights: asTensor(found.weights), losses: asTensor(found.losses) };
  }

  function check({ atoms, weights, start }: Inputs): void {
    checkShapes(geometry, { atoms: atoms.shape, weights: weights.shape, start: start?.shape }, options);
  }

  return {
    place: "device",
    name: "webgpu float32, logarithms",
    options,

    bytes(points, atoms) {
      const sizes = sizesOf(points, atoms);
      return matrixBytes(geometry) + bytesOf(sizes, gradientGrouping(sizes, keptBytes));
    },

    forward,

    *pullBack(inputs, slopes) {
      requireFixed(options);
      check(inputs);
      checkShape("gradient", slopes.shape, [inputs.weights.shape[0], n]);
      const found = yield* gradients(inputs, LINEAR_LOSS, ({ firstRow, rows }) =>
        partFrom(slopes, firstRow * n, rows * n),
      );
      found.losses.dispose();
      return { atoms: found.atoms, weights: found.weights };
    },

    lossAndGradient(inputs, term) {
      requireFixed(options);
      check(inputs);
      const loss = FUSED_LOSSES[term.name];
      return loss === undefined ? undefined : gradients(inputs, loss, data.of(term));
    },

    dispose() {
      passes?.dispose();
      passes = undefined;
      data.dispose();
    },
  };
}

/** All pieces; `free` is called if one of them throws, or they are abandoned. */
function* orElse(pieces: InPieces<void>, free: () => void): InPieces<void> {
  let isDone = false;
  try {
    yield* pieces;
    isDone = true;
  } finally {
    if (!isDone) free();
  }
}

/** From violations to the errors [B], shares of the largest mass. */
function errorsOf(found: tf.Tensor, points: number, atoms: tf.Tensor): tf.Tensor {
  const errors = tf.tidy(() => tf.div(tf.max(tf.reshape(found, [points, -1]), 1), tf.max(tf.sum(atoms, 1))));
  found.dispose();
  return errors;
}
