import type * as tf from "@tensorflow/tfjs-core";
import { copyRows, remember } from "../../../webgpu/barycenter/pointwise.ts";
import type { FieldPools, Iteration, Recursion, Scalings } from "../../../webgpu/barycenter/recursion.ts";
import { violations } from "../../../webgpu/barycenter/sums.ts";
import type { BarycenterOutput, BarycenterOutputs } from "../engine.ts";
import type { ResolvedOptions } from "../options.ts";

/** Rows of the data points. */
export interface Group {
  readonly firstRow: number;
  readonly rows: number;
}

/** 1 everywhere. */
export const COLD: Scalings = { a: undefined, b: undefined, debias: undefined, isShared: false };

/** A group's part of log-scalings (`logScalingShape`) in fields of the pools. */
export function readStart(
  start: tf.Tensor,
  { sides, debiased }: ResolvedOptions,
  { count, points }: { readonly count: number; readonly points: number },
  { firstRow, rows }: Group,
  { pool, rowPool }: FieldPools,
): Scalings {
  const width = count * points;
  const stride = sides * width + (debiased ? points : 0);
  const read = (skip: number, numbers: number, to: tf.TensorInfo): tf.TensorInfo => {
    const source = { tensor: start, from: firstRow * stride + skip, stride };
    copyRows("start", rows, numbers, source, { tensor: to, from: 0, stride: numbers });
    return to;
  };
  return {
    b: read(0, width, pool.take()),
    a: sides === 2 ? read(width, width, pool.take()) : undefined,
    debias: debiased ? read(width, points, rowPool.take()) : undefined,
    isShared: false,
  };
}

/** Numbers that say of a data point what is violated: one an atom, and where debiased one of D. */
export function violationsOf({ debiased }: Pick<ResolvedOptions, "debiased">, atoms: number): number {
  return debiased ? atoms + 1 : atoms;
}

/** Writes a group's rows of what is wanted after its last iteration; of the errors what `writeViolations` does. */
export function writeOutputs(
  wanted: readonly BarycenterOutput[],
  found: Omit<BarycenterOutputs<tf.TensorInfo>, "iterations">,
  options: ResolvedOptions,
  recursion: Recursion,
  last: Iteration,
): void {
  const { logP, rows, firstRow, inputs } = recursion;
  const { atoms, masses, passes } = inputs;
  const n = passes.shape[1];
  const { sides, debiased } = options;
  const width = atoms * n;
  if (wanted.includes("barycenters")) {
    const target = { tensor: found.barycenters, from: firstRow * n, stride: n };
    copyRows("masses", rows, n, { tensor: logP, from: 0, stride: n }, target);
  }
  if (wanted.includes("logScalings")) {
    const stride = sides * width + (debiased ? n : 0);
    const write = (source: tf.TensorInfo, numbers: number, skip: number, isShared: boolean, absent?: tf.TensorInfo) => {
      const target = { tensor: found.logScalings, from: firstRow * stride + skip, stride };
      const rowsOf = { tensor: source, from: 0, stride: isShared ? 0 : numbers };
      copyRows("logarithms", rows, numbers, rowsOf, target, absent);
    };
    write(last.b, width, 0, false);
    if (sides === 2) write(last.a!, width, width, last.isShared, masses);
    if (last.debias) write(last.debias, n, width, false);
  }
  if (wanted.includes("errors")) {
    writeViolations(options, recursion, last, found.errors, firstRow * violationsOf(options, atoms));
  }
}

/**
 * Sums of what is violated after an iteration, in masses, to y from `to` on, `violationsOf` for each data point: of |a K b - d| of each atom
 * [rows, S]; where debiased each row ends with |D K D - p|.
 */
function writeViolations(
  options: ResolvedOptions,
  recursion: Recursion,
  last: Iteration,
  y: tf.TensorInfo,
  to: number,
): void {
  const { update, memory, marginal } = options;
  const { pool, rowPool, logP, rows, inputs } = recursion;
  const { atoms, masses, passes } = inputs;
  const [m, n] = passes.shape;
  const { c, isShared } = last;
  const next = pool.take();
  const own = last.a ? undefined : pool.take();
  recursion.multiply("forward", rows * atoms, last.b, next, { mode: "asIs" });
  const cold = { before: undefined, isShared: false };
  if (own) remember({ width: atoms * m, update, memory }, isShared ? 1 : rows, { masses, c, a: own, ...cold });
  const each = violationsOf(options, atoms);
  const sizes = { rows, points: m, atoms, marginal, isShared, hasOwnMasses: false };
  violations(sizes, { a: last.a ?? own!, c: next, masses, y }, { from: to, each });
  pool.give(next, own);
  if (!last.debias) return;
  const product = rowPool.take();
  recursion.multiply("forward", rows, last.debias, product, { mode: "asIs" });
  const ofRows = { rows, points: n, atoms: 1, marginal: 1, isShared: false, hasOwnMasses: true };
  violations(ofRows, { a: last.debias, c: product, masses: logP, y }, { from: to + atoms, each });
  rowPool.give(product);
}
