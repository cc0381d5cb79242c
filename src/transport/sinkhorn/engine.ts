import type * as tf from "@tensorflow/tfjs-core";
import type { SinkhornDomain, SinkhornStatus } from "./options.ts";
import type { Sides } from "./rho.ts";

/** f [..., n] and g [..., m] in cost units, up to a constant; LOG_ZERO (-1e30) where there is no mass. */
export interface TensorPotentials {
  readonly f: tf.Tensor;
  readonly g: tf.Tensor;
}

/** fKL = f - epsilon log a [..., n] and gKL = g - epsilon log b [..., m] in cost units, finite at points without mass too. */
export interface TensorKlPotentials {
  readonly fKL: tf.Tensor;
  readonly gKL: tf.Tensor;
}

/** Histograms a [..., n] and b [..., m], of any number of pairs; of any totals in unbalanced problems. */
export interface SinkhornBatch {
  readonly a: tf.Tensor;
  readonly b: tf.Tensor;
}

/** A fixed number of iterations. */
export interface FixedRun {
  readonly iterations: number;
  readonly domain: SinkhornDomain;
  /** Penalties of unbalanced problems, at least one finite. */
  readonly rho?: Sides;
}

/** Iterations until a tolerance is met, at most so many. */
export interface ToleranceRun extends FixedRun {
  /** L1 violation of the first marginal, of histograms that sum to one; unbalanced, the change of the first scaling as a share of the mass. */
  readonly tolerance: number;
  /** Iterations from one stopping test to the next; the second marginal is exact at each. */
  readonly checkEvery: number;
  readonly momentum: number;
}

export interface SinkhornReport {
  readonly status: SinkhornStatus;
  /** Of the pair that needed most. */
  readonly iterations: number;
  /** The largest violation in the batch at each test, up to the first that is not finite; a pair that has stopped keeps its last. */
  readonly errors: readonly number[];
  /** `log` if any pair needed it. */
  readonly domain: "log" | "scaling";
}

/**
 * Sinkhorn of a batch of pairs under one kernel on tensors of the current backend: what the engines beside this file have in
 * common. An engine iterates; it chooses no start, scales no epsilon and checks no input. One iteration is f from g, then g
 * from f, and in unbalanced problems the best constant between them (`translation` of rho.ts). The caller owns the tensors that come back.
 */
export interface SinkhornEngine {
  /** After a fixed number of iterations from g [..., m] in cost units. */
  iterate(batch: SinkhornBatch, start: tf.Tensor, run: FixedRun): TensorPotentials;
  /**
   * From gKL = 0, after a fixed number of iterations and one more half step, so that the first marginal is exact. That start
   * keeps both potentials at the size of the costs: a constant between them would cost float32 digits.
   */
  klPotentials(batch: SinkhornBatch, run: FixedRun): TensorKlPotentials;
  /**
   * fKL [..., n] of the problem (a, a) under a symmetric cost, by averaged updates f <- (f + T f) / 2 from fKL = 0. As the last
   * update is averaged too, `2 <fKL, a>` is a dual value with an error of second order.
   */
  selfPotential(a: tf.Tensor, run: FixedRun): tf.Tensor;
  /** Until each pair, or the worst of them, meets the tolerance. Histograms sum to one. */
  solve(batch: SinkhornBatch, start: tf.Tensor, run: ToleranceRun): Promise<TensorPotentials & SinkhornReport>;
}
