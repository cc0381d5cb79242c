import type * as tf from "@tensorflow/tfjs-core";
import { allocate, release, submit } from "../launch.ts";
import { pullBackAtoms } from "./atoms-adjoint.ts";
import { pullBackDebias } from "./debias.ts";
import { pullBackMean } from "./mean-adjoint.ts";
import type { Iteration, Recursion, Scalings } from "./recursion.ts";

/** Gradients of a group: of the atoms [rows, S, M], one a data point, and of the weights [rows, S, tiles], still to be summed over tiles. */
interface GroupGradients {
  readonly atoms: tf.TensorInfo;
  readonly weights: tf.TensorInfo;
}

/**
 * The adjoint of the recursion (see `ScalingEngine`) for a group of data points. log b, log c and log phi of `segment` iterations are kept at
 * a time (with memory log a too, where debiased log D and log K D); if that are not all, only the scalings between segments are, and each segment but the last is computed twice.
 */
export class Adjoint {
  readonly #recursion: Recursion;
  readonly #segment: number;
  readonly #starts: Scalings[] = [];
  #kept: Iteration[] = [];
  /** Whether something came back through K D of the iteration after. */
  #hasDebiasBack = false;

  constructor(recursion: Recursion, segment: number) {
    this.#recursion = recursion;
    this.#segment = segment;
  }

  /** All iterations; leaves log2 p in the recursion. */
  forward(start: Scalings): void {
    const { iterations } = this.#recursion.inputs.options;
    let from = start;
    let done = 0;
    for (; done + this.#segment < iterations; done += this.#segment) {
      this.#starts.push(from);
      const last = this.#recursion.run(from, this.#segment);
      this.#recursion.giveRest(last);
      const { a, b, debias, isShared } = last;
      from = { a, b, debias, isShared };
    }
    this.#starts.push(from);
    this.#kept = this.#keep(from, iterations - done);
  }

  /** After `forward`, from p d loss / d p [rows, N]. The results are fields of the pool. */
  pullBack(slopes: tf.TensorInfo): GroupGradients {
    const { pool, rowPool, sizes } = this.#recursion;
    const none = allocate([64]); // stands where nothing is carried
    const carries = sizes.memory !== 0;
    const work = {
      atoms: pool.take(),
      weights: pool.take(),
      h: pool.take(),
      product: pool.take(),
      carriedA: carries ? pool.take() : none,
      carried: carries ? pool.take() : sizes.debiased ? rowPool.take() : none,
      debiasBack: sizes.debiased ? rowPool.take() : none,
    };
    let back = slopes;
    let isLast = true;
    while (this.#starts.length > 0) {
      const start = this.#starts.pop()!;
      const isFirst = this.#starts.length === 0;
      if (this.#kept.length === 0) this.#kept = this.#keep(start, this.#segment);
      while (this.#kept.length > 0) {
        const iteration = this.#kept.pop()!;
        this.#pullBackOne(iteration, back, work, isLast, isFirst && this.#kept.length === 0);
        this.#recursion.give(iteration);
        this.#recursion.giveRest(iteration);
        back = work.product;
        isLast = false;
        submit();
      }
      if (!isFirst) this.#recursion.give(start);
    }
    pool.give(work.h, work.product, ...(carries ? [work.carriedA, work.carried] : []));
    if (sizes.debiased) rowPool.give(work.carried, work.debiasBack);
    release(none);
    return work;
  }

  #keep(start: Scalings, iterations: number): Iteration[] {
    const kept: Iteration[] = [];
    for (let from = start; kept.length < iterations; from = kept[kept.length - 1]) {
      kept.push(this.#recursion.advance(from));
    }
    return kept;
  }

  #pullBackOne(
    iteration: Iteration,
    back: tf.TensorInfo,
    work: GroupGradients & Readonly<Record<"h" | "product" | "carriedA" | "carried" | "debiasBack", tf.TensorInfo>>,
    isLast: boolean,
    isFirst: boolean,
  ): void {
    const recursion = this.#recursion;
    const { inputs, rows, sizes } = recursion;
    const { passes, masses, options, atoms } = inputs;
    const [m, n] = passes.shape;
    const { b, c, a, phi, isShared } = iteration;
    const known = isShared ? 1 : rows;
    const { h, product } = work;
    if (iteration.debias) this.#pullBackDebias(iteration, work, isLast, isFirst);
    pullBackMean(sizes, recursion.meanOf(iteration), {
      back,
      isLast,
      b,
      carried: work.carried,
      h,
      partials: work.weights,
    });
    recursion.multiply("forward", rows * atoms, h, product, {
      mode: "weighted",
      beside: phi,
      others: known * atoms * n,
      signed: true,
    });
    pullBackAtoms(
      { ...options, width: atoms * m },
      { rows, isLast, t: product, c, a, isShared, masses, carried: work.carriedA, q: h, gradient: work.atoms },
    );
    if (isFirst) return;
    recursion.multiply("transpose", rows * atoms, h, product, {
      mode: "weighted",
      beside: c,
      others: known * atoms * m,
      signed: true,
    });
  }

  /** Brings d loss / d log D of what follows an iteration to it, and on to the K D that it used. */
  #pullBackDebias(
    { debias, product, isShared }: Iteration,
    { carried, debiasBack }: Readonly<Record<"carried" | "debiasBack", tf.TensorInfo>>,
    isLast: boolean,
    isFirst: boolean,
  ): void {
    const { rows, sizes } = this.#recursion;
    if (isLast) return; // nothing follows
    pullBackDebias(rows * sizes.points, {
      back: this.#hasDebiasBack ? debiasBack : undefined,
      debias: debias!,
      carried,
    });
    this.#hasDebiasBack = !isFirst;
    if (isFirst) return;
    const loading = {
      mode: "weighted",
      beside: product!,
      others: (isShared ? 1 : rows) * sizes.points,
      signed: true,
    } as const;
    this.#recursion.multiply("transpose", rows, carried, debiasBack, loading);
  }
}
