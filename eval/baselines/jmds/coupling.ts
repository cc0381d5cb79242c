import { pointCloud } from "../../../src/geometry/pointcloud.ts";
import { ndarray } from "../../../src/tensor/ndarray.ts";
import { ones } from "../../../src/transport/initializers/ones.ts";
import { previousSolution } from "../../../src/transport/initializers/previous.ts";
import { sinkhornHost } from "../../../src/transport/sinkhorn/host.ts";
import { transportPlan } from "../../../src/transport/sinkhorn/objective.ts";
import type { CouplingImages } from "./smacof.ts";

/** A plan between two embedded sets with uniform weights. */
export interface Coupling extends CouplingImages {
  /** [n, m], rows of sum 1 / n and columns of 1 / m exactly. */
  readonly plan: Float64Array;
  /** KL(P | uniform) */
  readonly kl: number;
  /** The second potential, to start the next solve from. */
  readonly potential: Float64Array | undefined;
}

/** A tenth of a percent of the mass: the points move after each solve, and the plan is rounded to its marginals. */
const TOLERANCE = 1e-3;
const MOST_ITERATIONS = 500;

/** Entropic transport between points x [n, d] and y [m, d] under squared Euclidean costs. */
export function entropicCoupling(
  x: Float64Array,
  y: Float64Array,
  dimension: number,
  epsilon: number,
  start?: Float64Array,
): Coupling {
  const [n, m] = [x.length / dimension, y.length / dimension];
  const geometry = pointCloud(ndarray(x, [n, dimension]), ndarray(y, [m, dimension]));
  const [a, b] = [new Float64Array(n).fill(1 / n), new Float64Array(m).fill(1 / m)];
  const solution = sinkhornHost(a, b, geometry, {
    epsilon,
    tolerance: TOLERANCE,
    maxIterations: MOST_ITERATIONS,
    initializer: start ? previousSolution(start) : ones,
  });
  return couplingOf(transportPlan(geometry, solution).data, n, m, dimension, solution.g);
}

/** A coupling of a plan [n, m] that is about one, rounded to uniform marginals. */
export function couplingOf(
  plan: Float64Array,
  n: number,
  m: number,
  dimension: number,
  potential?: Float64Array,
): Coupling {
  roundToUniform(plan, n, m);
  let kl = 0;
  for (const mass of plan) if (mass > 0) kl += mass * Math.log(mass * n * m);
  return {
    plan,
    kl,
    potential,
    // an axis at a time, so that the plan is read in the order in which it lies in memory, into one sum
    ofSecond(y) {
      const image = new Float64Array(n * dimension);
      for (let axis = 0; axis < dimension; axis++) {
        const coordinates = Float64Array.from({ length: m }, (_, j) => y[j * dimension + axis]);
        for (let i = 0, at = 0; i < n; i++) {
          let sum = 0;
          for (let j = 0; j < m; j++, at++) sum += plan[at] * coordinates[j];
          image[i * dimension + axis] = n * sum;
        }
      }
      return image;
    },
    ofFirst(x) {
      const image = new Float64Array(m * dimension);
      const sums = new Float64Array(m);
      for (let axis = 0; axis < dimension; axis++) {
        sums.fill(0);
        for (let i = 0, at = 0; i < n; i++) {
          const value = x[i * dimension + axis];
          for (let j = 0; j < m; j++, at++) sums[j] += plan[at] * value;
        }
        for (let j = 0; j < m; j++) image[j * dimension + axis] = m * sums[j];
      }
      return image;
    },
  };
}

/** <P, |x_i - y_j|^2>, from the means of both sets and the images of the plan: [n, m] is passed over once. */
export function squaredCost(x: Float64Array, y: Float64Array, dimension: number, { ofSecond }: Coupling): number {
  const [n, m] = [x.length / dimension, y.length / dimension];
  const image = ofSecond(y);
  let [own, cross] = [0, 0];
  for (let at = 0; at < x.length; at++) {
    own += x[at] ** 2 / n;
    cross += (x[at] * image[at]) / n;
  }
  return own + y.reduce((sum, value) => sum + value ** 2 / m, 0) - 2 * cross;
}

/**
 * Brings a plan to uniform marginals, in place: rows and columns that carry too much are scaled down, what is then missing is
 * added as a product (Altschuler, Weed & Rigollet 2017, algorithm 2).
 */
function roundToUniform(plan: Float64Array, n: number, m: number): void {
  const rows = new Float64Array(n);
  const columns = new Float64Array(m);
  for (let i = 0, at = 0; i < n; i++) for (let j = 0; j < m; j++, at++) rows[i] += plan[at];
  for (let i = 0, at = 0; i < n; i++) {
    const scale = rows[i] > 0 ? Math.min(1, 1 / (n * rows[i])) : 1;
    for (let j = 0; j < m; j++, at++) columns[j] += plan[at] *= scale;
  }
  const scales = columns.map((mass) => (mass > 0 ? Math.min(1, 1 / (m * mass)) : 1));
  rows.fill(0);
  for (let i = 0, at = 0; i < n; i++) {
    for (let j = 0; j < m; j++, at++) rows[i] += plan[at] *= scales[j];
  }
  const missingRows = rows.map((mass) => 1 / n - mass);
  const missingColumns = columns.map((mass) => Math.max(0, 1 / m - mass));
  const missing = missingRows.reduce((sum, mass) => sum + mass, 0);
  if (!(missing > 0)) return;
  for (let i = 0, at = 0; i < n; i++) {
    for (let j = 0; j < m; j++, at++) plan[at] += (missingRows[i] * missingColumns[j]) / missing;
  }
}
