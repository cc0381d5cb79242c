import { EXPONENTIAL, repeatedCost, sumOfCosts, type KernelCost } from "../cost.ts";
import { gradientGrouping, KEPT_BYTES } from "./groups.ts";
import { bandRadius } from "./kernel-passes.ts";

/** A gradient of plain barycenters on a grid from a cold start, under a loss that the device computes. */
export interface GradientProblem {
  readonly size: readonly number[];
  /** One an axis. */
  readonly spacing: readonly number[];
  readonly epsilon: number;
  readonly points: number;
  readonly atoms: number;
  readonly iterations: number;
}

/** What every device binds at once, in bytes. */
const BINDING = 2 ** 27;

/**
 * What a gradient costs by `webgpuEngine`, counted. A field is 4 B S N bytes; an iteration reads and writes 4 d + 2 of them for the scalings and
 * 4 d + 11 for the adjoint on a grid of d axes.
 */
export function barycenterGradientCost(
  problem: GradientProblem,
  binding = BINDING,
  keptBytes = KEPT_BYTES,
): KernelCost {
  const { size, points, atoms, iterations } = problem;
  const width = size.reduce((product, extent) => product * extent, 1);
  const grouping = gradientGrouping({ points, atoms, width, iterations, memory: 0, binding }, keptBytes);
  const costs: KernelCost[] = [pointwise(atoms * width, 2, EXPONENTIAL)]; // log masses
  for (let row = 0; row < points; row += grouping.rows) {
    costs.push(groupCost(problem, width, Math.min(grouping.rows, points - row), grouping.segment));
  }
  return sumOfCosts(...costs);
}

function groupCost(problem: GradientProblem, width: number, rows: number, segment: number): KernelCost {
  const { atoms, iterations } = problem;
  const shared = atoms * width;
  const field = rows * shared;
  const image = rows * width;
  const twice = segment * (Math.ceil(iterations / segment) - 1); // iterations that are computed a second time
  const product = (numbers: number, beside: number) => productCost(problem, numbers, beside);
  const mean = pointwise(field, 2 + 1 / atoms, 4);
  const first = sumOfCosts(product(shared, 0), product(shared, shared), mean);
  const later = sumOfCosts(product(field, 0), product(field, shared), mean);
  const forward = sumOfCosts(
    repeatedCost(first, twice > 0 ? 2 : 1),
    repeatedCost(later, iterations - 1 + twice - (twice > 0 ? 1 : 0)),
  );
  const back = sumOfCosts(
    pointwise(field, 4, EXPONENTIAL + 8), // mean
    product(field, field),
    pointwise(field, 5, 2 * EXPONENTIAL + 6), // atoms
  );
  return sumOfCosts(
    forward,
    pointwise(image, 3, 3 * EXPONENTIAL + 12), // loss
    repeatedCost(back, iterations),
    repeatedCost(product(field, field), iterations - 1),
    pointwise(field, 1 + 4 / rows, 3), // sum over data points
    pointwise(rows * atoms * Math.ceil(width / 256), 1, 1), // of the weights over tiles
  );
}

/** A launch on so many numbers with so many operations each, `fields` of which it reads and writes. */
function pointwise(numbers: number, fields: number, operations: number): KernelCost {
  return { launches: 1, bytes: 4 * numbers * fields, operations: numbers * operations };
}

/** A pass an axis; of each number an exponential, a logarithm, and a multiply-add for each weight. */
function productCost({ size, spacing, epsilon }: GradientProblem, numbers: number, beside: number): KernelCost {
  const passes = size.map((extent, axis) => {
    const weights = 2 * bandRadius(extent, spacing[axis], epsilon) + 1;
    return pointwise(numbers, 2, 2 * EXPONENTIAL + 2 * Math.min(weights, extent));
  });
  return sumOfCosts(...passes, { launches: 0, bytes: 4 * beside, operations: beside });
}
