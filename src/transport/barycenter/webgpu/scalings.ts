import type * as tf from "@tensorflow/tfjs-core";
import type { FieldPool } from "../../../webgpu/barycenter/field-pool.ts";
import { copyRows, remember } from "../../../webgpu/barycenter/pointwise.ts";
import type { Iteration, Recursion, Scalings } from "../../../webgpu/barycenter/recursion.ts";
import { violations } from "../../../webgpu/barycenter/sums.ts";
import type { BarycenterOutput, BarycenterOutputs } from "../engine.ts";
import type { ResolvedOptions } from "../options.ts";

/** Rows of the data points. */
export interface Group {
  readonly firstRow: number;
  readonly rows: number;
}

/** 1 everywhere. */
export const COLD: Scalings = { a: undefined, b: undefined, isShared: false };

/** A group's part of log-scalings [B, sides, S, N], `width` = S N, in fields of the pool. */
export function readStart(
  start: tf.Tensor,
  sides: number,
  width: number,
  { firstRow, rows }: Group,
  pool: FieldPool,
): Scalings {
  const side = (index: number): tf.TensorInfo => {
    const to = pool.take();
    const source = { tensor: start, from: (firstRow * sides + index) * width, stride: sides * width };
    copyRows("start", rows, width, source, { tensor: to, from: 0, stride: width });
    return to;
  };
  return { b: side(0), a: sides === 2 ? side(1) : undefined, isShared: false };
}

/** Writes a group's rows of what is wanted after its last iteration; of the errors those of each atom [B, S], still sums of masses. */
export function writeOutputs(
  wanted: readonly BarycenterOutput[],
  found: Omit<BarycenterOutputs<tf.TensorInfo>, "iterations">,
  { sides, update, memory, marginal }: ResolvedOptions,
  recursion: Recursion,
  last: Iteration,
): void {
  const { pool, logP, rows, firstRow, inputs } = recursion;
  const { atoms, masses, passes } = inputs;
  const [m, n] = passes.shape;
  const width = atoms * n;
  if (wanted.includes("barycenters")) {
    const target = { tensor: found.barycenters, from: firstRow * n, stride: n };
    copyRows("masses", rows, n, { tensor: logP, from: 0, stride: n }, target);
  }
  if (wanted.includes("logScalings")) {
    [last.b, last.a].slice(0, sides).forEach((side, index) => {
      const isShared = index === 1 && last.isShared;
      const source = { tensor: side!, from: 0, stride: isShared ? 0 : width };
      const target = { tensor: found.logScalings, from: (firstRow * sides + index) * width, stride: sides * width };
      copyRows("logarithms", rows, width, source, target, index === 1 ? masses : undefined);
    });
  }
  if (wanted.includes("errors")) {
    const { c, isShared } = last;
    const next = pool.take();
    const own = last.a ? undefined : pool.take();
    recursion.multiply("forward", rows, last.b, next, { mode: "asIs" });
    const cold = { before: undefined, isShared: false };
    if (own) remember({ width: atoms * m, update, memory }, isShared ? 1 : rows, { masses, c, a: own, ...cold });
    const sizes = { rows, points: m, atoms, marginal, isShared };
    violations(sizes, { a: last.a ?? own!, c: next, masses, y: found.errors }, firstRow * atoms);
    pool.give(next, own);
  }
}
