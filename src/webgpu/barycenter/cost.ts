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
  const { points, atoms, width, iterations, memory, debiased, passes } = sizes;
  const rows = forwardRows(sizes, keptBytes);
  const groups = Math.ceil(points / rows);
  const numbers = points * atoms * width;
  const advanced = repeatedCost(advanceCost(passes, { numbers, atoms, memory, debiased }), iterations);
  const sides = (memory === 0 ? 1 : 2) + Number(debiased);
  const written = {
    bytes: 8 * ((memory === 0 ? 1 : 2) * numbers + (debiased ? 2 : 1) * points * width),
    operations: EXPONENTIAL * points * width,
  };
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
  const { iterations, memory, debiased, atoms, width, passes } = sizes;
  const recalled = segment < iterations ? iterations - (iterations % segment || segment) : 0; // computed twice
  const field = { numbers: rows * atoms * width, atoms, memory, debiased };
  const forward = advanceCost(passes, field);
  // of a cold start the products of the first iteration are those of one data point
  const shared = productCost(passes, (rows - 1) * atoms * width);
  const colds = recalled > 0 ? 2 : 1;
  const saved = repeatedCost({ ...shared, launches: 0 }, -2 * colds);
  const savedOfD = productCost(passes, debiased ? (rows - 1) * width : 0);
  const back = productCost(passes, field.numbers);
  const ofRows = productCost(passes, rows * width);
  return sumOfCosts(
    repeatedCost(forward, iterations + recalled),
    saved,
    repeatedCost({ ...savedOfD, launches: 0 }, -colds),
    repeatedCost(adjointCost(back, field), iterations),
    repeatedCost(back, -1), // nothing goes back from the first
    ...(debiased ? debiasBackCosts(ofRows, rows * width, iterations) : []),
    lossCost(rows * width, field.numbers),
  );
}

interface Field {
  /** Of a group: rows x atoms x points. */
  readonly numbers: number;
  readonly atoms: number;
  readonly memory: number;
  readonly debiased: boolean;
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

/** Of an iteration: two products and the weighted mean; with a memory one more pass over a field, debiased one more product of all atoms together. */
function advanceCost(passes: readonly number[], { numbers, atoms, memory, debiased }: Field): KernelCost {
  const mean = { launches: 1, bytes: 4 * numbers * (2 + 1 / atoms), operations: 4 * numbers };
  const remembered = memory === 0 ? [] : [{ launches: 1, bytes: 12 * numbers, operations: 4 * numbers }];
  const pixels = numbers / atoms;
  const debias = debiased
    ? [productCost(passes, pixels), { launches: 0, bytes: 12 * pixels, operations: 3 * pixels }]
    : [];
  return sumOfCosts(repeatedCost(productCost(passes, numbers), 2), mean, ...remembered, ...debias);
}

/** Of its adjoint: of the mean, of K^T, of the atoms and of K; the products read a second field. */
function adjointCost(product: KernelCost, { numbers, memory }: Field): KernelCost {
  const products = sumOfCosts(repeatedCost(product, 2), { launches: 0, bytes: 8 * numbers, operations: 0 });
  const carried = memory === 0 ? 0 : 2;
  const mean = { launches: 1, bytes: 4 * numbers * (4 + carried), operations: 8 * numbers };
  const atoms = { launches: 1, bytes: 4 * numbers * (5 + carried), operations: 8 * numbers };
  return sumOfCosts(products, mean, atoms);
}

/** Of the adjoint of D: a pass over it for all iterations but the last, and a product, which reads a second field, unless nothing lies before. */
function debiasBackCosts(product: KernelCost, pixels: number, iterations: number): KernelCost[] {
  const pass = { launches: 1, bytes: 16 * pixels, operations: EXPONENTIAL * pixels };
  const beside = { launches: 0, bytes: 4 * pixels, operations: 0 };
  return [repeatedCost(pass, iterations - 1), repeatedCost(sumOfCosts(product, beside), Math.max(iterations - 2, 0))];
}

/** Of the loss and its slopes, and of the sums of the gradients over data points and pixels. */
function lossCost(pixels: number, numbers: number): KernelCost {
  return { launches: 3, bytes: 4 * (3 * pixels + numbers), operations: 3 * EXPONENTIAL * pixels + numbers };
}
