import { EXPONENTIAL, repeatedCost, sumOfCosts, type KernelCost } from "../cost.ts";
import { forwardRows, gradientGrouping, type GroupSizes } from "./groups.ts";

/** What of a recursion says how much work it is. */
export interface RecursionSizes extends GroupSizes {
  /** Multiplications of a result in each pass of a product of K: the band of each axis, or the width of a cost matrix. */
  readonly passes: readonly number[];
}

/** Of a number that is read as a logarithm and written as one. */
const POINTWISE = 2 * EXPONENTIAL;

/** Of the losses and gradients of all data points from a cold start, by groups that keep their iterations within `keptBytes`. */
export function gradientCost(sizes: RecursionSizes, keptBytes: number): KernelCost {
  const { points } = sizes;
  const { rows, segment } = gradientGrouping(sizes, keptBytes);
  const whole = repeatedCost(groupCost(sizes, rows, segment), Math.floor(points / rows));
  const rest = points % rows === 0 ? [] : [groupCost(sizes, points % rows, segment)];
  return sumOfCosts(logMassesCost(sizes), whole, ...rest);
}

/** Of the barycenters and log-scalings of all data points from a cold start. */
export function forwardCost(sizes: RecursionSizes, keptBytes: number): KernelCost {
  const { points, atoms, width, iterations, memory, passes } = sizes;
  const rows = forwardRows(sizes, keptBytes);
  const groups = Math.ceil(points / rows);
  const numbers = points * atoms * width;
  const advanced = repeatedCost(advanceCost(passes, { numbers, atoms, memory }), iterations);
  const sides = memory === 0 ? 1 : 2;
  const written = { bytes: 8 * (sides * numbers + points * width), operations: EXPONENTIAL * points * width };
  const saved = repeatedCost(productCost(passes, numbers - groups * atoms * width), -2);
  return sumOfCosts(logMassesCost(sizes), {
    ...sumOfCosts(advanced, saved, { launches: 0, ...written }),
    launches: groups * (advanced.launches + 1 + sides),
  });
}

function logMassesCost({ atoms, width }: RecursionSizes): KernelCost {
  return { launches: 1, bytes: 8 * atoms * width, operations: EXPONENTIAL * atoms * width };
}

function groupCost(sizes: RecursionSizes, rows: number, segment: number): KernelCost {
  const { iterations, memory, atoms, width, passes } = sizes;
  const recalled = segment < iterations ? iterations - (iterations % segment || segment) : 0; // computed twice
  const field = { numbers: rows * atoms * width, atoms, memory };
  const forward = advanceCost(passes, field);
  // of a cold start the products of the first iteration are those of one data point
  const shared = productCost(passes, (rows - 1) * atoms * width);
  const colds = recalled > 0 ? 2 : 1;
  const saved = repeatedCost({ ...shared, launches: 0 }, -2 * colds);
  const back = productCost(passes, field.numbers);
  return sumOfCosts(
    repeatedCost(forward, iterations + recalled),
    saved,
    repeatedCost(adjointCost(back, field), iterations),
    repeatedCost(back, -1), // nothing goes back from the first
    lossCost(rows * width, field.numbers),
  );
}

interface Field {
  /** Of a group: rows x atoms x points. */
  readonly numbers: number;
  readonly atoms: number;
  readonly memory: number;
}

/** Of K or its transpose on a field. */
function productCost(passes: readonly number[], numbers: number): KernelCost {
  const multiplications = passes.reduce((sum, width) => sum + width, 0);
  return {
    launches: passes.length,
    bytes: 8 * passes.length * numbers,
    operations: numbers * (2 * multiplications + POINTWISE * passes.length),
  };
}

/** Of an iteration: two products and the weighted mean, with a memory one more pass over a field. */
function advanceCost(passes: readonly number[], { numbers, atoms, memory }: Field): KernelCost {
  const mean = { launches: 1, bytes: 4 * numbers * (2 + 1 / atoms), operations: 4 * numbers };
  const remembered = memory === 0 ? [] : [{ launches: 1, bytes: 12 * numbers, operations: 4 * numbers }];
  return sumOfCosts(repeatedCost(productCost(passes, numbers), 2), mean, ...remembered);
}

/** Of its adjoint: of the mean, of K^T, of the atoms and of K; the products read a second field. */
function adjointCost(product: KernelCost, { numbers, memory }: Field): KernelCost {
  const products = sumOfCosts(repeatedCost(product, 2), { launches: 0, bytes: 8 * numbers, operations: 0 });
  const carried = memory === 0 ? 0 : 2;
  const mean = { launches: 1, bytes: 4 * numbers * (4 + carried), operations: 8 * numbers };
  const atoms = { launches: 1, bytes: 4 * numbers * (5 + carried), operations: 8 * numbers };
  return sumOfCosts(products, mean, atoms);
}

/** Of the loss and its slopes, and of the sums of the gradients over data points and pixels. */
function lossCost(pixels: number, numbers: number): KernelCost {
  return { launches: 3, bytes: 4 * (3 * pixels + numbers), operations: 3 * EXPONENTIAL * pixels + numbers };
}
