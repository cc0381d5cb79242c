import * as tf from "@tensorflow/tfjs-core";
import { expectArray } from "../../checkpoints/leaves.ts";
import type { StepOutcome, Task } from "../../models/task.ts";

/**
 * Small tasks of the kinds that the loop must carry. They are deterministic functions of the seed, and their numbers are
 * irrational enough that a lost bit shows.
 */

export interface Adversaries {
  readonly x: tf.Tensor1D;
  readonly y: tf.Tensor1D;
}

/** min over x, max over y of <x, y + noise> + |x|^2 / 8 - |y|^2 / 8: a descent step, then an ascent step, on tensors. */
export function adversarialTask(steps: number, dimension = 6): Task<Adversaries> {
  const squared = (tensor: tf.Tensor) => tf.sum(tf.square(tensor));
  const payoff = (x: tf.Tensor, y: tf.Tensor, noise: tf.Tensor) =>
    tf.add(tf.sum(tf.mul(x, tf.add(y, noise))), tf.div(tf.sub(squared(x), squared(y)), 8)) as tf.Scalar;
  const move = (from: tf.Tensor1D, rate: number, objective: (point: tf.Tensor) => tf.Scalar) =>
    tf.add(from, tf.mul(rate, tf.grad(objective)(from))) as tf.Tensor1D;
  const normals = (draw: () => number) => Float32Array.from({ length: dimension }, draw);
  return {
    name: "adversarial",
    steps,
    async init(random) {
      return { x: tf.tensor1d(normals(() => random.normal())), y: tf.tensor1d(normals(() => random.normal())) };
    },
    async step({ x, y }, { random }) {
      const [nextX, nextY, value] = tf.tidy(() => {
        const noise = tf.tensor1d(normals(() => 0.1 * random.normal()));
        const descended = move(x, -0.1, (point) => payoff(point, y, noise));
        const ascended = move(y, 0.1, (point) => payoff(descended, point, noise));
        return [descended, ascended, payoff(descended, ascended, noise)] as const;
      }) as readonly [tf.Tensor1D, tf.Tensor1D, tf.Scalar];
      const [loss] = await value.data();
      tf.dispose([x, y, value]);
      return { state: { x: nextX, y: nextY }, metrics: { loss } };
    },
    async evaluate({ x, y }) {
      const norm = tf.tidy(() => tf.sqrt(tf.add(squared(x), squared(y))));
      const [distance] = await norm.data();
      norm.dispose();
      return { distance };
    },
    async save({ x, y }) {
      return {
        x: { shape: [dimension], data: (await x.data()) as Float32Array },
        y: { shape: [dimension], data: (await y.data()) as Float32Array },
      };
    },
    load: (tree) => ({
      x: tf.tensor1d(expectArray(tree, "x", [dimension], Float32Array).data),
      y: tf.tensor1d(expectArray(tree, "y", [dimension], Float32Array).data),
    }),
    dispose: ({ x, y }) => tf.dispose([x, y]),
  };
}

export interface PowerState {
  readonly vector: Float64Array;
  /** Rows of the product that are done; the step may be left and taken up between two rows. */
  readonly product: Float64Array;
  readonly rows: number;
}

/** v <- A v / |A v| for A_ij = 1 / (1 + i + j), until the vector moves less than `tolerance`. */
export function powerTask(steps: number, { size = 40, tolerance = 0 } = {}): Task<PowerState> {
  return {
    name: "power",
    steps,
    init: async (random) => ({
      vector: random.fill(size, () => random.uniform()),
      product: new Float64Array(size),
      rows: 0,
    }),
    async step({ vector, product, rows }, { signal, progress }): Promise<StepOutcome<PowerState>> {
      const next = product.slice();
      for (let row = rows; row < size; row++) {
        if (signal.aborted) return { state: { vector, product: next, rows: row }, metrics: {}, unfinished: true };
        next[row] = vector.reduce((sum, value, column) => sum + value / (1 + row + column), 0);
        progress((row + 1) / size, `${row + 1} of ${size} rows`);
      }
      const norm = Math.hypot(...next);
      const unit = next.map((value) => value / norm);
      const change = Math.hypot(...unit.map((value, i) => value - vector[i]));
      return {
        state: { vector: unit, product: new Float64Array(size), rows: 0 },
        metrics: { eigenvalue: norm, change },
        done: change < tolerance ? `the vector moved less than ${tolerance}` : undefined,
      };
    },
    save: ({ vector, product, rows }) => ({
      vector: { shape: [size], data: vector },
      product: { shape: [size], data: product },
      rows,
    }),
    load: (tree) => ({
      vector: expectArray(tree, "vector", [size], Float64Array).data,
      product: expectArray(tree, "product", [size], Float64Array).data,
      rows: tree["rows"] as number,
    }),
  };
}

export interface Factors {
  readonly u: Float64Array;
  readonly v: Float64Array;
}

/** The best rank-one approximation u v^T of a matrix by alternating least squares. */
export function alternatingTask(steps: number, { rows = 300, columns = 500 } = {}): Task<Factors> {
  const entry = (i: number, j: number) => Math.sin(1 + i) * Math.cos(j) + 0.3 * Math.sin(i * j);
  const solve = (other: Float64Array, length: number, at: (own: number, k: number) => number) => {
    const norm = other.reduce((sum, value) => sum + value * value, 0);
    return Float64Array.from(
      { length },
      (_, own) => other.reduce((sum, value, k) => sum + value * at(own, k), 0) / norm,
    );
  };
  return {
    name: "alternating",
    steps,
    init: async (random) => ({ u: new Float64Array(rows), v: random.fill(columns, () => random.normal()) }),
    async step({ v }) {
      const u = solve(v, rows, entry);
      const nextV = solve(u, columns, (j, i) => entry(i, j));
      return { state: { u, v: nextV }, metrics: { scale: Math.hypot(...u) * Math.hypot(...nextV) } };
    },
    save: ({ u, v }) => ({ u: { shape: [rows], data: u }, v: { shape: [columns], data: v } }),
    load: (tree) => ({
      u: expectArray(tree, "u", [rows], Float64Array).data,
      v: expectArray(tree, "v", [columns], Float64Array).data,
    }),
  };
}
