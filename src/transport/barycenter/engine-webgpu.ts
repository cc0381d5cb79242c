import * as tf from "@tensorflow/tfjs-core";
import { isGrid, type Geometry } from "../../geometry/geometry.ts";
import { Adjoint } from "../../webgpu/barycenter/adjoint.ts";
import { FieldPool } from "../../webgpu/barycenter/field-pool.ts";
import { bytesOf, forwardRows, gradientGrouping, type GroupSizes } from "../../webgpu/barycenter/groups.ts";
import { kernelPasses, matrixBytes, type KernelPasses } from "../../webgpu/barycenter/kernel-passes.ts";
import { FUSED_LOSSES, LINEAR_LOSS, lossOf } from "../../webgpu/barycenter/loss.ts";
import { tilesOf } from "../../webgpu/barycenter/mean-adjoint.ts";
import { copyRows, logMasses, remember } from "../../webgpu/barycenter/pointwise.ts";
import { Recursion, type Iteration, type RecursionInputs, type Scalings } from "../../webgpu/barycenter/recursion.ts";
import { addRows, sumRows, violations } from "../../webgpu/barycenter/sums.ts";
import { allocate, asTensor, clear, release, submit, upload } from "../../webgpu/launch.ts";
import { kernelLimits } from "../../webgpu/limits.ts";
import { partFrom } from "../../webgpu/parts.ts";
import type { BarycenterInputs, BarycenterOutput, BarycenterOutputs, DataTerm, DeviceEngine } from "./engine.ts";
import type { ResolvedOptions } from "./options.ts";
import type { InPieces } from "./pieces.ts";
import { checkShape, checkShapes, requireFixed } from "./problem.ts";

/** Bytes of a device for the iterations of the data points in work: a share that small cards have, too. */
export const KEPT_BYTES = 2 ** 29;
/** Data up to so many bytes stay on the device between calls; more are brought there group by group at each. */
const DATA_BYTES = 2 ** 28;

const COLD: Scalings = { a: undefined, b: undefined, isShared: false };

type Inputs = BarycenterInputs<tf.Tensor>;

/** Rows of the data points. */
interface Group {
  readonly firstRow: number;
  readonly rows: number;
}

/**
 * The contract by WGSL kernels, in float32 on logarithms to base 2: for every variant and cost, with losses and adjoint on the device. Data
 * points go in groups, so that any number of them streams through `keptBytes`; groups change no bit of the result, and neither do two runs.
 *
 * A gradient of L iterations on a grid of d axes reads and writes about (8 d + 10) L fields of 4 B S N bytes, in (4 d + 3) L launches a group;
 * products take 4 d L B S N (2 r + 1) multiply-adds for a band of radius r. Undefined where a cost matrix is larger than the device binds.
 */
export function webgpuEngine(
  geometry: Geometry,
  options: ResolvedOptions,
  { keptBytes = KEPT_BYTES }: { readonly keptBytes?: number | undefined } = {},
): DeviceEngine | undefined {
  if (!isGrid(geometry) && matrixBytes(geometry) > kernelLimits().maxStorageBufferBindingSize) return undefined;
  const [m, n] = geometry.shape;
  const { iterations, memory, update, sides, marginal } = options;
  let passes: KernelPasses | undefined;
  let known: { readonly data: Float64Array; readonly groups: Map<string, tf.TensorInfo> } | undefined;

  const sizesOf = (points: number, atoms: number): GroupSizes => ({
    points,
    atoms,
    width: Math.max(m, n),
    iterations,
    memory,
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
    const pool = new FieldPool(rowsOfGroup * count * Math.max(m, n));
    try {
      for (let firstRow = 0; firstRow < points; firstRow += rowsOfGroup) {
        if (firstRow > 0) yield;
        const group = { firstRow, rows: Math.min(rowsOfGroup, points - firstRow) };
        const recursion = new Recursion(inputs, group, pool);
        const from = start ? readStart(start, count, group, pool) : COLD;
        each(recursion, from, group);
        pool.give(from.a, from.b, ...recursion.fields);
        submit();
      }
    } finally {
      pool.dispose();
      release(masses, zeros);
    }
  }

  /** Log-scalings [B, sides, S, N] of a group. */
  function readStart(start: tf.Tensor, count: number, { firstRow, rows }: Group, pool: FieldPool): Scalings {
    const width = count * n;
    const side = (index: number): tf.TensorInfo => {
      const to = pool.take();
      const source = { tensor: start, from: (firstRow * sides + index) * width, stride: sides * width };
      copyRows("start", rows, width, source, { tensor: to, from: 0, stride: width });
      return to;
    };
    return { b: side(0), a: sides === 2 ? side(1) : undefined, isShared: false };
  }

  function writeOutputs(
    wanted: readonly BarycenterOutput[],
    found: BarycenterOutputs<tf.TensorInfo>,
    recursion: Recursion,
    last: Iteration,
    { firstRow, rows }: Group,
  ): void {
    const { atoms, masses } = recursion.inputs;
    const { pool, logP } = recursion;
    const width = atoms * n;
    if (wanted.includes("barycenters")) {
      const target = { tensor: found.barycenters, from: firstRow * n, stride: n };
      copyRows("masses", rows, n, { tensor: logP, from: 0, stride: n }, target);
    }
    if (wanted.includes("logScalings")) {
      [last.b, last.a].slice(0, sides).forEach((side, index) => {
        const shared = index === 1 && last.isShared;
        const source = { tensor: side!, from: 0, stride: shared ? 0 : width };
        const target = { tensor: found.logScalings, from: (firstRow * sides + index) * width, stride: sides * width };
        copyRows("logarithms", rows, width, source, target, index === 1 ? masses : undefined);
      });
    }
    if (wanted.includes("errors")) {
      const next = pool.take();
      const own = last.a ? undefined : pool.take();
      const known = last.isShared ? 1 : rows;
      recursion.multiply("forward", rows, last.b, next, { mode: "asIs" });
      if (own)
        remember({ width: atoms * m, update, memory }, known, {
          masses,
          c: last.c,
          before: undefined,
          isShared: false,
          a: own,
        });
      const sizes = { rows, points: m, atoms, marginal, isShared: last.isShared };
      violations(sizes, { a: last.a ?? own!, c: next, masses, y: found.errors }, firstRow * atoms);
      pool.give(next, own);
    }
  }

  function* forward<W extends BarycenterOutput>(inputs: Inputs, wanted: readonly W[]) {
    check(inputs);
    const [points, count] = inputs.weights.shape as [number, number];
    const wants = (output: BarycenterOutput, shape: number[]): tf.TensorInfo =>
      allocate(wanted.includes(output as W) ? shape : [0]);
    const found = {
      barycenters: wants("barycenters", [points, n]),
      logScalings: wants("logScalings", [points, sides, count, n]),
      errors: wants("errors", [points, count]),
      iterations: allocate([0]),
    };
    const rows = forwardRows(sizesOf(points, count), keptBytes);
    yield* overGroups(inputs, rows, (recursion, start, group) => {
      const last = recursion.run(start, iterations);
      writeOutputs(wanted, found, recursion, last, group);
      recursion.pool.give(last.a, last.b, last.c, last.phi);
    });
    const outputs: Record<BarycenterOutput, () => tf.Tensor> = {
      barycenters: () => asTensor(found.barycenters),
      logScalings: () => asTensor(found.logScalings),
      errors: () => errorsOf(asTensor(found.errors), inputs.atoms),
      iterations: () => tf.fill([points], iterations),
    };
    const given = wanted.map((output) => [output, outputs[output]()]);
    return Object.fromEntries(given) as Pick<BarycenterOutputs<tf.Tensor>, W>;
  }

  /** Gradients of a loss and the losses; `dataOf` is what the loss takes of a group. */
  function* gradients(inputs: Inputs, loss: number, dataOf: (group: Group) => ReturnType<typeof partFrom>) {
    const [points, count] = inputs.weights.shape as [number, number];
    const grouping = gradientGrouping(sizesOf(points, count), keptBytes);
    const losses = allocate([points]);
    const found = { atoms: allocate([count, m]), weights: allocate([points, count]), losses };
    const lost = allocate([count, m]);
    const width = count * m;
    yield* overGroups(inputs, grouping.rows, (recursion, start, group) => {
      const { pool, logP } = recursion;
      const { firstRow, rows } = group;
      const adjoint = new Adjoint(recursion, grouping.segment);
      adjoint.forward(start);
      const slopes = pool.take();
      lossOf(loss, n, group, { logP, data: dataOf(group), losses, slopes });
      const pulled = adjoint.pullBack(slopes);
      const [isFirst, isLast] = [firstRow === 0, firstRow + rows === points];
      addRows(pulled.atoms, { rows, width, isFirst, isLast }, { sums: found.atoms, lost });
      sumRows(pulled.weights, rows * count, tilesOf(n), found.weights, firstRow * count);
      pool.give(slopes, pulled.atoms, pulled.weights);
    });
    release(lost);
    return { atoms: asTensor(found.atoms), weights: asTensor(found.weights), losses: asTensor(found.losses) };
  }

  /** The rows of a term's data, which stay on the device as long as the same data come. */
  function dataOf(term: DataTerm): (group: Group) => ReturnType<typeof partFrom> {
    const { data } = term;
    if (known?.data !== data) forget();
    const { groups } = (known ??= { data, groups: new Map() });
    return ({ firstRow, rows }) => {
      if (4 * data.length > DATA_BYTES) forgetGroups(groups);
      const key = `${firstRow} ${rows}`;
      const part = groups.get(key) ?? upload(Float32Array.from(data.subarray(firstRow * n, (firstRow + rows) * n)));
      groups.set(key, part);
      return { part: { tensor: part, from: 0, count: rows * n }, skip: 0 };
    };
  }

  function forget(): void {
    if (known) forgetGroups(known.groups);
    known = undefined;
  }

  function check({ atoms, weights, start }: Inputs): void {
    checkShapes(geometry, { atoms: atoms.shape, weights: weights.shape, start: start?.shape }, sides);
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
      return loss === undefined ? undefined : gradients(inputs, loss, dataOf(term));
    },

    dispose() {
      passes?.dispose();
      passes = undefined;
      forget();
    },
  };
}

/** From violations [B, S] to the errors [B], shares of the largest mass. */
function errorsOf(ofAtoms: tf.Tensor, atoms: tf.Tensor): tf.Tensor {
  const errors = tf.tidy(() => tf.div(tf.max(ofAtoms, 1), tf.max(tf.sum(atoms, 1))));
  ofAtoms.dispose();
  return errors;
}

function forgetGroups(groups: Map<string, tf.TensorInfo>): void {
  release(...groups.values());
  groups.clear();
}
