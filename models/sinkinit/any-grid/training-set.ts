import * as tf from "@tensorflow/tfjs-core";
import type { ImageSize } from "../../../src/data/resize.ts";
import { unitGrid } from "../../../src/geometry/grid.ts";
import { Random } from "../../../src/tensor/random.ts";
import { sinkhorn } from "../../../src/transport/sinkhorn/sinkhorn.ts";
import { coarseStart } from "./features.ts";
import { gridProblem, type GridProblem } from "./grid-problem.ts";
import { drawHistograms } from "./histograms.ts";
import { hostAlgebra } from "./host-algebra.ts";
import { synthesise } from "./network.ts";
import { EPSILONS, type AnyGridSpec } from "./spec.ts";

/** Solved pairs on one grid at one epsilon, as the network needs them. Arrays are [pairs, any]. */
export interface SolvedBatch {
  readonly problem: GridProblem;
  readonly features: Float32Array;
  readonly distance: Float32Array;
  /** What the correction is to be on the grid: the solution less the start, in the network's units; 0 where nu is. */
  readonly residual: Float32Array;
  /** Weights of the points, of sum one: mostly nu, none where nu is zero and the solution has no value. */
  readonly weights: Float32Array;
}

/** Sides of the grids: what is learned on these holds on larger ones, since potentials are smooth. */
const TRAINED_SIDES = { least: 10, most: 40 } as const;
/** Share of grids that are squares. */
const SQUARE_SHARE = 0.4;
/** Of the solutions: the first marginal's L1 violation. */
const TOLERANCE = 2e-4;
/** Over-relaxation of the solver, and its stages from large epsilons. */
const MOMENTUM = 1.5;
const STAGES = { from: 0.3, factor: 1 / 3, maxIterations: 60 } as const;
/** Share of the uniform weights, as in `logDeviation` of learned starts for one grid. */
const UNIFORM_SHARE = 0.2;

/** Batches of solved pairs by number, made when they are first asked for: the same for the same seed, whatever the order. */
export class TrainingSet {
  readonly #seed: number;
  readonly #pairs: number;
  readonly #spec: AnyGridSpec;
  readonly #batches = new Map<number, SolvedBatch>();

  /** @param pairs of each batch */
  constructor(seed: number, pairs: number, spec: AnyGridSpec) {
    this.#seed = seed;
    this.#pairs = pairs;
    this.#spec = spec;
  }

  /** On the current backend. */
  async batch(index: number): Promise<SolvedBatch> {
    let made = this.#batches.get(index);
    if (!made) {
      made = await solvedBatch(this.#pairs, this.#spec, Random.fromSeed((this.#seed + index) % 2 ** 32));
      this.#batches.set(index, made);
    }
    return made;
  }
}

async function solvedBatch(pairs: number, spec: AnyGridSpec, random: Random): Promise<SolvedBatch> {
  const size = drawSize(random);
  const geometry = unitGrid(size);
  const epsilon = EPSILONS.least * (EPSILONS.most / EPSILONS.least) ** random.uniform();
  const problem = gridProblem("training", geometry, epsilon);
  const points = size[0] * size[1];
  const mu = drawHistograms(pairs, size, random);
  const nu = drawHistograms(pairs, size, random);
  const [a, b] = [mu, nu].map((masses) => tf.tensor2d(masses, [pairs, points]));
  const { f, g } = await sinkhorn(a, b, geometry, {
    epsilon,
    epsilonScaling: STAGES,
    momentum: MOMENTUM,
    tolerance: TOLERANCE,
  });
  const solution = await g.data();
  tf.dispose([a, b, f, g]);

  const sample = new Float64Array(2 * pairs * points);
  for (let pair = 0; pair < pairs; pair++) {
    sample.set(mu.subarray(pair * points, (pair + 1) * points), 2 * pair * points);
    sample.set(nu.subarray(pair * points, (pair + 1) * points), (2 * pair + 1) * points);
  }
  const start = coarseStart(hostAlgebra, { shape: [pairs, 2 * points], data: sample }, problem, spec);
  const from = synthesise(hostAlgebra, start, problem, spec).data;
  const weights = nu.map((mass) => (mass > 0 ? (1 - UNIFORM_SHARE) * mass + UNIFORM_SHARE / points : 0));
  normaliseRows(weights, points);
  const residual = nu.map((mass, at) =>
    mass > 0 ? (solution[at] - epsilon * Math.log(mass)) / problem.unit - from[at] : 0,
  );
  return {
    problem,
    features: Float32Array.from(start.features.data),
    distance: Float32Array.from(start.distance.data),
    residual,
    weights,
  };
}

function drawSize(random: Random): ImageSize {
  const side = (): number => TRAINED_SIDES.least + random.integer(TRAINED_SIDES.most - TRAINED_SIDES.least + 1);
  const [height, width] = [side(), side()];
  return random.uniform() < SQUARE_SHARE ? [height, height] : [height, width];
}

function normaliseRows(values: Float32Array, length: number): void {
  for (let start = 0; start < values.length; start += length) {
    const row = values.subarray(start, start + length);
    const total = row.reduce((sum, value) => sum + value, 0);
    row.forEach((value, at) => (row[at] = value / total));
  }
}
