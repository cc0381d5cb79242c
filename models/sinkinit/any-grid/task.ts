import * as tf from "@tensorflow/tfjs-core";
import { expectNumber, expectTree } from "../../../checkpoints/leaves.ts";
import type { Moments, VariableOptimizer } from "../../optimizer.ts";
import type { Metrics, Task } from "../../task.ts";
import { coefficientsOf, correction, synthesise } from "./network.ts";
import { logErrors } from "./objective.ts";
import { featuresOf, type AnyGridSpec } from "./spec.ts";
import { temporaryTensors } from "./temporary-tensors.ts";
import { TrainingSet, type SolvedBatch } from "./training-set.ts";
import {
  drawAnyGridWeights,
  isLearned,
  readAnyGridWeights,
  variablesOf,
  weightsOf,
  type AnyGridWeights,
} from "./weights.ts";

export interface AnyGridTaskSettings {
  readonly spec: AnyGridSpec;
  /** Solved pairs that it is trained on, again and again. */
  readonly pairs: number;
  /** Pairs a step, of `PROBLEMS` grids and epsilons. */
  readonly batch: number;
  readonly steps: number;
  readonly optimizer: VariableOptimizer;
  /** Dear metrics of the current weights, given from outside. */
  readonly evaluate?: (weights: AnyGridWeights) => Promise<Metrics>;
}

/** Changed in place by a step. */
export interface AnyGridState {
  readonly variables: Readonly<Record<string, tf.Variable>>;
  readonly moments: Moments;
  /** Of the training set. */
  readonly seed: number;
  readonly set: TrainingSet;
}

/** Grids and epsilons that one step sees: pairs of one problem are one product of matrices. */
const PROBLEMS = 4;

/** Batches that the features are centred and scaled by. */
const MEASURED_BATCHES = 24;
/** Least deviation of a feature: what hardly varies is not blown up. */
const LEAST_DEVIATION = 0.05;

/**
 * The network for all grids as a task of the training loop: regression on the potentials of solved pairs of random histograms, on
 * random grids at random epsilons. Pairs are made when they are first drawn, and again after a resume.
 */
export function anyGridTask(settings: AnyGridTaskSettings): Task<AnyGridState> {
  const { spec, steps, optimizer, evaluate } = settings;
  const each = Math.max(1, Math.round(settings.batch / PROBLEMS));
  const batches = Math.max(1, Math.round(settings.pairs / each));

  return {
    name: "sinkinit",
    steps,

    async init(random) {
      const seed = random.integer(2 ** 31);
      const set = new TrainingSet(seed, each, spec);
      const drawn = drawAnyGridWeights(spec, random);
      const measured = await Promise.all(
        Array.from({ length: Math.min(MEASURED_BATCHES, batches) }, (_, index) => set.batch(index)),
      );
      const variables = variablesOf({ ...drawn, ...standardOf(measured, featuresOf(spec)) });
      return { variables, moments: optimizer.init(learned(variables)), seed, set };
    },

    async step(state, { random }) {
      const chosen: SolvedBatch[] = [];
      for (let problem = 0; problem < PROBLEMS; problem++) {
        chosen.push(await state.set.batch(random.integer(batches)));
      }
      const rate = optimizer.rate(state.moments);
      const loss = tf.tidy(() => {
        const { value, grads } = tf.variableGrads(() => lossOf(state, chosen, spec), learned(state.variables));
        const ordered = learned(state.variables).map(({ name }) => grads[name]);
        optimizer.step(learned(state.variables), ordered, state.moments);
        return value;
      });
      const [value] = await loss.data();
      loss.dispose();
      return { state, metrics: { loss: value, rate } };
    },

    ...(evaluate ? { evaluate: async ({ variables }) => evaluate(await weightsOf(variables)) } : {}),

    async save({ variables, moments, seed }) {
      return {
        approximator: await weightsOf(variables),
        approximatorOptimizer: await optimizer.save(moments),
        seed,
      };
    },

    load(tree) {
      const seed = expectNumber(tree, "seed");
      const variables = variablesOf(readAnyGridWeights(spec, tree, "approximator"));
      const moments = optimizer.load(expectTree(tree, "approximatorOptimizer"), learned(variables));
      return { variables, moments, seed, set: new TrainingSet(seed, each, spec) };
    },

    dispose({ variables, moments }) {
      tf.dispose([...Object.values(variables), ...Object.values(moments.averages).flat()]);
    },
  };
}

function learned(variables: AnyGridState["variables"]): tf.Variable[] {
  return Object.keys(variables)
    .filter(isLearned)
    .map((name) => variables[name]);
}

/** Mean over the pairs of some batches. */
function lossOf({ variables }: AnyGridState, batches: readonly SolvedBatch[], spec: AnyGridSpec): tf.Scalar {
  const errors = batches.map((batch) => {
    const { problem, features, distance } = batch;
    const seen = {
      features: tf.tensor2d(features, [distance.length, featuresOf(spec)]),
      distance: tf.tensor2d(distance, [distance.length, 1]),
    };
    const added = correction<tf.Tensor>(temporaryTensors, seen, (name) => variables[name], problem, spec);
    const coefficients = coefficientsOf(temporaryTensors, added, spec);
    return logErrors(synthesise(temporaryTensors, coefficients, problem, spec), batch);
  });
  return tf.mean(tf.concat(errors));
}

/** Mean and inverse deviation of each feature. */
function standardOf(batches: readonly SolvedBatch[], count: number): AnyGridWeights {
  const [sum, squares] = [new Float64Array(count), new Float64Array(count)];
  let rows = 0;
  for (const { features } of batches) {
    rows += features.length / count;
    features.forEach((value, at) => {
      sum[at % count] += value;
      squares[at % count] += value ** 2;
    });
  }
  const shape = [1, count];
  const deviation = (at: number): number => Math.sqrt(Math.max(squares[at] / rows - (sum[at] / rows) ** 2, 0));
  return {
    "standard/mean": { shape, data: Float32Array.from(sum, (total) => total / rows) },
    "standard/gain": { shape, data: Float32Array.from(sum, (_, at) => 1 / Math.max(deviation(at), LEAST_DEVIATION)) },
  };
}
