import type * as tf from "@tensorflow/tfjs-core";
import type { FieldPool } from "./field-pool.ts";
import { debiasedMean } from "./debias.ts";
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
  readonly debiased: boolean;
}

/** Log-scalings of a group of data points, to base 2: [rows, S, N] and, with memory, [rows, S, M]. Undefined stands for 0. */
export interface Scalings {
  readonly b: tf.TensorInfo | undefined;
  readonly a: tf.TensorInfo | undefined;
  /** Whether a is [1, S, M], for all rows. */
  readonly isShared: boolean;
  /** log2 D [rows, N], where debiased. */
  readonly debias: tf.TensorInfo | undefined;
}

/** One iteration, with what its adjoint needs. */
export interface Iteration extends Scalings {
  readonly b: tf.TensorInfo;
  readonly from: Scalings;
  readonly c: tf.TensorInfo;
  readonly phi: tf.TensorInfo;
  /** log2 K D [rows, N] of the D that it started from, where debiased. */
  readonly product: tf.TensorInfo | undefined;
  /** Of a cold start: c, a, phi and K D depend on no weight, and stand there once, [1, ..], for all rows. */
  readonly isShared: boolean;
}

/** Where fields of the two sizes come from. */
export interface FieldPools {
  readonly pool: FieldPool;
  readonly rowPool: FieldPool;
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
  /** Fields [rows, S, points], and [rows, N]. */
  readonly pool: FieldPool;
  readonly rowPool: FieldPool;
  /** log2 p [rows, N] of the iteration that was computed last. */
  readonly logP: tf.TensorInfo;
  readonly #scratch: tf.TensorInfo;

  constructor(
    inputs: RecursionInputs,
    { firstRow, rows }: { readonly firstRow: number; readonly rows: number },
    { pool, rowPool }: FieldPools,
  ) {
    this.inputs = inputs;
    this.rows = rows;
    this.firstRow = firstRow;
    this.pool = pool;
    this.rowPool = rowPool;
    this.#scratch = pool.take();
    this.logP = rowPool.take();
  }

  /** Gives its own fields back, when nothing of it is used any more. */
  end(): void {
    this.pool.give(this.#scratch);
    this.rowPool.give(this.logP);
  }

  /** Gives scalings back to their pools. */
  give({ a, b, debias }: Scalings): void {
    this.pool.give(a, b);
    this.rowPool.give(debias);
  }

  /** The same of what else an iteration holds. */
  giveRest({ c, phi, product }: Iteration): void {
    this.pool.give(c, phi);
    this.rowPool.give(product);
  }

  get sizes(): MeanSizes {
    const { passes, options, atoms } = this.inputs;
    const { power, update, memory, debiased } = options;
    return { atoms, points: passes.shape[1], power, update, memory, debiased };
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
    this.multiply("forward", rows * atoms, from.b ?? zeros, c, { mode: "asIs" });
    const absent = { beside: masses, others: width };
    const phi = pool.take();
    let a: tf.TensorInfo | undefined;
    if (memory === 0) {
      this.multiply("transpose", rows * atoms, c, phi, { mode: "shifted", ...absent, scale: -update, shift: update });
    } else {
      a = pool.take();
      remember({ width, update, memory }, rows, { masses, c, before: from.a, isShared: from.isShared, a });
      this.multiply("transpose", rows * atoms, a, phi, { mode: "shifted", ...absent });
    }
    const b = pool.take();
    const mean = this.meanOf({ phi, isShared });
    if (!options.debiased) {
      logMean(this.sizes, mean, { before: memory === 0 ? undefined : from.b, b, p: this.logP });
      return { from, c, a, phi, b, isShared, debias: undefined, product: undefined };
    }
    const [before, debias, product] = [from.debias ?? zeros, this.rowPool.take(), this.rowPool.take()];
    this.multiply("forward", rows, before, product, { mode: "asIs" });
    debiasedMean(this.sizes, mean, { before, product, debias, b, p: this.logP });
    return { from, c, a, phi, b, isShared, debias, product };
  }

  /** Carries out so many iterations and keeps the last one; the scalings that it started from are left to the caller. */
  run(from: Scalings, iterations: number): Iteration {
    let last = this.advance(from);
    for (let iteration = 1; iteration < iterations; iteration++) {
      const before = last;
      last = this.advance(before);
      this.give(before);
      this.giveRest(before);
    }
    return last;
  }

  /** A product for so many lines: of each row one for every atom, or one. */
  multiply(
    side: "forward" | "transpose",
    lines: number,
    x: tf.TensorInfo,
    out: tf.TensorInfo,
    loading: Parameters<typeof product>[4],
  ): void {
    product(this.inputs.passes, side, lines, { x, out, scratch: this.#scratch }, loading);
  }
}
