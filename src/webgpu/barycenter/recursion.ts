import type * as tf from "@tensorflow/tfjs-core";
import type { FieldPool } from "./field-pool.ts";
import { product, type KernelPasses } from "./kernel-passes.ts";
import { logMean, type MeanLaunch, type MeanSizes } from "./mean.ts";
import { remember } from "./pointwise.ts";

/** What defines the recursion, see `ResolvedOptions`. */
interface RecursionOptions {
  readonly iterations: number;
  readonly memory: number;
  readonly update: number;
  readonly power: number;
  readonly plain: boolean;
}

/** Log-scalings of a group of data points, to base 2: [rows, S, N] and, with memory, [rows, S, M]. Undefined stands for 0. */
export interface Scalings {
  readonly b: tf.TensorInfo | undefined;
  readonly a: tf.TensorInfo | undefined;
  /** Whether a is [1, S, M], for all rows. */
  readonly isShared: boolean;
}

/** One iteration, with what its adjoint needs. */
export interface Iteration extends Scalings {
  readonly b: tf.TensorInfo;
  readonly from: Scalings;
  readonly c: tf.TensorInfo;
  readonly phi: tf.TensorInfo;
  /** Of a cold start: c, a and phi depend on no weight, and stand there once, [1, S, ..], for all rows. */
  readonly isShared: boolean;
}

/** What all groups of a call share. */
export interface RecursionInputs {
  readonly passes: KernelPasses;
  readonly options: RecursionOptions;
  readonly atoms: number;
  /** log2 d [S, M] */
  readonly masses: tf.TensorInfo;
  /** Lambda [B, S] */
  readonly weights: tf.TensorInfo;
  /** [S, N] zeros. */
  readonly zeros: tf.TensorInfo;
}

/** The iterations of a group of data points. Fields that it hands out are the caller's, to be given back to the pool. */
export class Recursion {
  readonly inputs: RecursionInputs;
  readonly rows: number;
  readonly firstRow: number;
  readonly pool: FieldPool;
  /** log2 p [rows, N] of the iteration that was computed last. */
  readonly logP: tf.TensorInfo;
  readonly #scratch: tf.TensorInfo;

  constructor(
    inputs: RecursionInputs,
    { firstRow, rows }: { readonly firstRow: number; readonly rows: number },
    pool: FieldPool,
  ) {
    this.inputs = inputs;
    this.rows = rows;
    this.firstRow = firstRow;
    this.pool = pool;
    this.#scratch = pool.take();
    this.logP = pool.take();
  }

  /** Its own fields of the pool, to be given back when nothing of it is used any more. */
  get fields(): readonly tf.TensorInfo[] {
    return [this.#scratch, this.logP];
  }

  get sizes(): MeanSizes {
    const { passes, options, atoms } = this.inputs;
    const { power, update, memory } = options;
    return { atoms, points: passes.shape[1], power, update, memory };
  }

  meanOf({ phi, isShared }: Pick<Iteration, "phi" | "isShared">): MeanLaunch {
    return { phi, isShared, weights: this.inputs.weights, firstRow: this.firstRow, rows: this.rows };
  }

  advance(from: Scalings): Iteration {
    const { pool, inputs } = this;
    const { atoms, masses, options, passes, zeros } = inputs;
    const { update, memory } = options;
    const width = atoms * passes.shape[0];
    const isShared = from.b === undefined;
    const rows = isShared ? 1 : this.rows;
    const c = pool.take();
    this.multiply("forward", rows, from.b ?? zeros, c, { mode: "asIs" });
    const absent = { beside: masses, others: width };
    const phi = pool.take();
    let a: tf.TensorInfo | undefined;
    if (memory === 0) {
      this.multiply("transpose", rows, c, phi, { mode: "shifted", ...absent, scale: -update, shift: update });
    } else {
      a = pool.take();
      remember({ width, update, memory }, rows, { masses, c, before: from.a, isShared: from.isShared, a });
      this.multiply("transpose", rows, a, phi, { mode: "shifted", ...absent });
    }
    const b = pool.take();
    logMean(this.sizes, this.meanOf({ phi, isShared }), { before: memory === 0 ? undefined : from.b, b, p: this.logP });
    return { from, c, a, phi, b, isShared };
  }

  /** Carries out so many iterations and keeps the last one; the scalings that it started from are left to the caller. */
  run(from: Scalings, iterations: number): Iteration {
    let last = this.advance(from);
    for (let iteration = 1; iteration < iterations; iteration++) {
      const before = last;
      last = this.advance(before);
      this.pool.give(before.c, before.phi, before.a, before.b);
    }
    return last;
  }

  /** A product for every atom of so many rows. */
  multiply(
    side: "forward" | "transpose",
    rows: number,
    x: tf.TensorInfo,
    out: tf.TensorInfo,
    loading: Parameters<typeof product>[4],
  ): void {
    const { passes, atoms } = this.inputs;
    product(passes, side, rows * atoms, { x, out, scratch: this.#scratch }, loading);
  }
}
