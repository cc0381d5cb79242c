import { expectArray, expectNumber, expectTree } from "../../../checkpoints/leaves.ts";
import type { StateTree } from "../../../src/tensor/tree.ts";
import type { GradientOptimizer, GradientState } from "../../optimizer.ts";
import type { Metrics, Task } from "../../task.ts";
import { encode, fittedEncoder } from "../encode/encode.ts";
import { loadEncoder, predictWeights, saveEncoder, type Encoder } from "../encode/encoder.ts";
import { barycenterInputs, type Factors } from "../factors.ts";
import { checkInit, initialLogits, type InitName } from "../initialize.ts";
import { softmax } from "../simplex.ts";
import type { Batch, StreamSetup } from "./setup.ts";

export interface StreamTaskSettings<S extends GradientState> {
  readonly setup: StreamSetup;
  readonly optimizer: GradientOptimizer<S>;
  /** Batches in all. */
  readonly steps: number;
  readonly init: InitName;
  /** Dear metrics of a sample of the data, given from outside. */
  readonly evaluate?: (sample: Batch, factors: Factors) => Promise<Metrics>;
}

/** Immutable but for `weights`, of which a step writes the rows of its batch when it is complete. */
export interface StreamState<S extends GradientState> {
  /** Of the logits alpha [S, N]. */
  readonly optimizer: S;
  /** Lambda [M, S]; all zero for a point that has not been visited. */
  readonly weights: Float32Array;
  /** The data points in the order of this epoch, and how many of them are done. */
  readonly order: Int32Array;
  readonly position: number;
  readonly epoch: number;
  readonly encoder: Encoder | undefined;
  /** Evaluations of single data points. */
  readonly evaluations: number;
}

/** Data points from which first atoms are made. */
const INIT_POINTS = 2000;
/** Evaluations of a point in a step, before the one that gives the atoms' gradient; of the first batch, which starts from far away. */
const WEIGHT_EVALUATIONS = 3;
const FIRST_WEIGHT_EVALUATIONS = 20;
/** A stored weight is taken up at no less: from zero a point could not come back to that atom. */
const LEAST_WEIGHT = 1e-4;
/** Steps between fits of the encoder; the early ones, when atoms move fast, come at powers of two. */
const FIT_EVERY = 64;
/** Points by which `evaluate` judges, evenly spaced, and evaluations of each. */
const EVALUATED_POINTS = 100;
const EVALUATED_EVALUATIONS = 10;

/**
 * Wasserstein dictionary learning from mini-batches: each step reads some data points, brings their weights near the optimum by a few
 * quasi-Newton steps of their own, from where they were left or, the first time, from where the encoder puts them, and moves the atoms
 * against the gradient of the mean loss (alternation as in online dictionary learning, Mairal et al. 2010). An epoch visits every point
 * once, in an order that the seed drives; its last batch may be smaller. Throws InputError where `init` needs more data points than
 * there are.
 */
export function streamTask<S extends GradientState>(settings: StreamTaskSettings<S>): Task<StreamState<S>> {
  const { setup, optimizer, steps, init, evaluate } = settings;
  const { points, pixels, batch: size, problem } = setup;
  const { atoms } = problem;
  checkInit(init, points, atoms);
  const isFitted = (step: number): boolean => step % FIT_EVERY === 0 || (step & (step - 1)) === 0 || step === steps;

  async function advance(state: StreamState<S>, step: number, signal: AbortSignal) {
    const { encoder, order, position } = state;
    const rows = order.slice(position, position + size);
    const batch = await setup.read(rows);
    const { locality, term } = batch.problem;
    const dictionary = softmax.forward(state.optimizer.x, pixels);
    const local = await locality?.costs(term.data, dictionary);
    const found = await encode(
      { atoms: dictionary, problem: batch.problem },
      {
        evaluations: encoder ? WEIGHT_EVALUATIONS : FIRST_WEIGHT_EVALUATIONS,
        encoder,
        ...(encoder && { start: startOf(state.weights, rows, predictWeights(encoder, term.data)) }),
        costs: local?.costs,
        signal,
      },
    );
    const { weights } = found;
    const inputs = barycenterInputs(problem, { atoms: dictionary, weights });
    const { value, gradient } = await problem.operator.lossAndGradient(inputs, term, signal);
    const penalty = local ? locality!.weight * inner(weights, local.costs) : 0;
    const slopes = local?.slopes(weights);
    const mean = gradient.atoms.map((slope, i) => (slope + (slopes ? locality!.weight * slopes[i] : 0)) / rows.length);
    const alpha = softmax.backward(mean, dictionary, pixels);
    const fitted = isFitted(step) ? await fittedEncoder(batch.problem, dictionary, weights) : encoder;
    const evaluations = state.evaluations + found.evaluations + rows.length;
    rows.forEach((row, k) => state.weights.set(weights.subarray(k * atoms, (k + 1) * atoms), row * atoms));
    const done = position + rows.length;
    return {
      state: {
        ...state,
        optimizer: optimizer.step(state.optimizer, alpha),
        position: done,
        encoder: fitted,
        evaluations,
      },
      metrics: {
        loss: ((value + penalty) * points) / rows.length,
        gradientNorm: Math.sqrt(inner(alpha, alpha)),
        evaluations,
        epoch: state.epoch + done / points,
        ...(local && { locality: penalty / locality!.weight / rows.length, unconverged: local.unconverged }),
      },
    };
  }

  return {
    name: "wdl",
    steps,

    async init(random) {
      const sample = random.permutation(points).slice(0, Math.max(INIT_POINTS, atoms)).sort();
      const { data } = await setup.read(sample);
      const { alpha } = initialLogits(init, data, { atoms, pixels }, random);
      return {
        optimizer: optimizer.init(alpha),
        weights: new Float32Array(points * atoms),
        order: random.permutation(points),
        position: 0,
        epoch: 0,
        encoder: undefined,
        evaluations: 0,
      };
    },

    async step(state, { step, random, signal }) {
      const isOver = state.position >= points;
      const current = isOver
        ? { ...state, order: random.permutation(points), position: 0, epoch: state.epoch + 1 }
        : state;
      return advance(current, step, signal);
    },

    ...(evaluate && {
      async evaluate({ optimizer: { x }, encoder }: StreamState<S>) {
        const count = Math.min(EVALUATED_POINTS, points);
        const sample = await setup.read(Array.from({ length: count }, (_, k) => Math.floor((k * points) / count)));
        const dictionary = softmax.forward(x, pixels);
        const { weights } = await encode(
          { atoms: dictionary, problem: sample.problem },
          {
            evaluations: EVALUATED_EVALUATIONS,
            encoder,
          },
        );
        return evaluate(sample, { atoms: dictionary, weights });
      },
    }),

    save({ optimizer: inner, weights, order, position, epoch, encoder, evaluations }): StateTree {
      return {
        optimizer: optimizer.save(inner),
        weights: { shape: [points, atoms], data: weights.slice() },
        order: { shape: [points], data: order },
        ...(encoder && { encoder: saveEncoder(encoder) }),
        position,
        epoch,
        evaluations,
      };
    },

    load(tree) {
      return {
        optimizer: optimizer.load(expectTree(tree, "optimizer")),
        weights: expectArray(tree, "weights", [points, atoms], Float32Array).data,
        order: expectArray(tree, "order", [points], Int32Array).data,
        encoder: "encoder" in tree ? loadEncoder(expectTree(tree, "encoder"), pixels, atoms) : undefined,
        position: expectNumber(tree, "position"),
        epoch: expectNumber(tree, "epoch"),
        evaluations: expectNumber(tree, "evaluations"),
      };
    },
  };

  /** The weights that points were left with, and `predicted` [B, S] for those that have none yet. */
  function startOf(weights: Float32Array, rows: Int32Array, predicted: Float64Array): Float64Array {
    const start = predicted.slice();
    rows.forEach((row, k) => {
      const own = weights.subarray(row * atoms, (row + 1) * atoms);
      if (!own.some((weight) => weight !== 0)) return;
      start.set(
        Array.from(own, (weight) => Math.max(weight, LEAST_WEIGHT)),
        k * atoms,
      );
    });
    return start;
  }
}

function inner(left: Float64Array, right: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < left.length; i++) sum += left[i] * right[i];
  return sum;
}
