import * as tf from "@tensorflow/tfjs-core";
import { InputError } from "../../../errors.ts";
import { isRecorded } from "../../../tensor/differentiable.ts";
import { isOnHost } from "../../../tensor/placement.ts";
import { stackRows } from "../../../tensor/rows.ts";
import { checkTotals, totalOf, type HostMarginals } from "../../histograms.ts";
import { previousSolution } from "../../initializers/previous.ts";
import { gradientOf, hessianProductOf } from "../entropic.ts";
import { potentialChange } from "../linear-system.ts";
import { geometrySlopesChange } from "../slopes.ts";
import { requireConverged, solvePair, solveSelf, type SolvedBySinkhorn } from "../solved.ts";
import { balanced, type FullDirection, type VariableSlopes } from "../variables.ts";
import { addTo, asTensors, isSelf, rowsOfTensor, slopesInOrder, variablesOf, type Term } from "./terms.ts";

/** Float64 solutions, of masses that float32 has rounded. */
const SOLVE = { tolerance: 1e-11, maxIterations: 100_000 } as const;

/**
 * The gradient of `transportOperation`, times dy, as an operation of its own: in float64 at the converged potentials, with a gradient by
 * implicit differentiation, which are the products of the Hessian. Third derivatives are refused.
 */
export function recordedGradient(
  name: string,
  dy: tf.Tensor,
  given: readonly tf.Tensor[],
  terms: readonly Term[],
): tf.Tensor[] {
  if (!isOnHost()) {
    throw new InputError(
      `${name}: second derivatives need tensors in the host's memory (wasm, cpu, tensorflow); use sinkhornUnrolled on this backend`,
    );
  }
  const shapes = given.map(({ shape }) => shape);
  const sizes = given.map(({ size }) => size);
  const operation = tf.customGrad((...inputs) => {
    const [slopes, ...tensors] = inputs.slice(0, -1) as tf.Tensor[];
    (inputs.at(-1) as unknown as tf.GradSaveFunc)([slopes, ...tensors]);
    const problems = solveAll(name, tensors, terms);
    const gradients = problems.map((solved) => gradientOfPair(solved, terms, sizes));
    const weights = slopes.dataSync();
    const parts = collect(gradients, sizes, (pair) => weights[pair]);
    return {
      value: stackRows(parts, [sizes.reduce((sum, size) => sum + size, 0)]),
      gradFunc(change: tf.Tensor, [ofValue]: tf.Tensor[]) {
        if (isRecorded()) throw new InputError(`${name}: has first and second derivatives, no third ones`);
        const directions = unpackedNumbers(change, sizes);
        const factors = ofValue.dataSync();
        const products = problems.map((solved, pair) =>
          hessianOfPair(solved, terms, directions, pair, problems.length),
        );
        const ofSlopes = gradients.map((parts, pair) =>
          parts.reduce((sum, part, slot) => sum + overlap(part, directions[slot], slot, pair, problems.length), 0),
        );
        const moved = collect(products, sizes, (pair) => factors[pair]);
        return [tf.tensor(Float32Array.from(ofSlopes), ofValue.shape), ...asTensors(moved, shapes)];
      },
    };
  });
  const flat = operation(dy, ...given);
  return tf.split(flat, sizes).map((part, index) => tf.reshape(part, shapes[index]));
}

/** The problems of each pair, one a term. */
function solveAll(name: string, [a, b]: readonly tf.Tensor[], terms: readonly Term[]): SolvedBySinkhorn[][] {
  const [rowsA, rowsB] = [rowsOfTensor(a), rowsOfTensor(b)];
  return rowsA.map((masses, pair) => {
    checkTotals(totalOf(masses), totalOf(rowsB[pair]));
    const sides = [masses, rowsB[pair]];
    const pairOf = ({ first, second }: Term): HostMarginals => ({ a: sides[first], b: sides[second] });
    const selves = terms.map((term) => {
      const { geometry, epsilon } = term.kernel;
      return isSelf(term) ? solveSelf(sides[term.first], geometry, { ...SOLVE, epsilon }) : undefined;
    });
    return terms.map((term, index) => {
      const { geometry, epsilon } = term.kernel;
      // as in `solveThree`
      const near = selves.find((self, other) => self && terms[other].first === term.second)?.solution.g;
      const initializer = near && { initializer: previousSolution(near) };
      const solved = selves[index] ?? solvePair(pairOf(term), geometry, { ...SOLVE, epsilon, ...initializer });
      requireConverged(solved, `${name} (second derivatives)`);
      return solved;
    });
  });
}

/** The gradient of one pair in every input. */
function gradientOfPair(problems: readonly SolvedBySinkhorn[], terms: readonly Term[], sizes: readonly number[]) {
  return partsOf(
    problems.map((problem) => gradientOf(problem)),
    terms,
    sizes,
  );
}

/** What the terms say, with their factors, for a, b and each variable of each kernel. */
function partsOf(found: readonly VariableSlopes[], terms: readonly Term[], sizes: readonly number[]): Float64Array[] {
  const { shape } = terms[0].kernel;
  const masses = [new Float64Array(shape[0]), new Float64Array(shape[1])];
  const variables: Float64Array[] = [];
  terms.forEach(({ kernel, factor, first, second }, index) => {
    const slopes = found[index];
    addTo(masses[first], slopes.a, factor);
    addTo(masses[second], slopes.b, factor);
    const parts = slopesInOrder(kernel, slopes);
    for (const part of parts) variables.push(part.map((value) => value * factor));
  });
  const { a, b } = balanced(masses[0], masses[1]);
  return [a, b, ...variables].slice(0, sizes.length);
}

/** The Hessian of one pair times a direction of every input. */
function hessianOfPair(
  problems: readonly SolvedBySinkhorn[],
  terms: readonly Term[],
  directions: readonly Float64Array[],
  pair: number,
  pairs: number,
): Float64Array[] {
  const sides = [0, 1].map((side) => ofPair(directions[side], pair, pairs));
  const { a, b } = balanced(sides[0], sides[1]);
  const masses = [a, b];
  let slot = 2;
  const products = terms.map((term, index) => {
    const { kernel } = term;
    const own = directions.slice(slot, (slot += variablesOf(kernel).length));
    const direction = directionOf(term, own, masses);
    if (!isSelf(term)) return hessianProductOf(problems[index], direction, {});
    return selfProduct(problems[index], direction);
  });
  return partsOf(
    products,
    terms,
    directions.map(({ length }) => length),
  );
}

function directionOf(
  { kernel: { variables }, first, second }: Term,
  own: readonly Float64Array[],
  masses: readonly Float64Array[],
): FullDirection {
  const points = variables?.points && { x: own[0], y: own[1] };
  const cost = variables?.cost && { cost: own[0] };
  return {
    a: masses[first],
    b: masses[second],
    geometry: points ?? cost,
    epsilon: variables?.epsilon ? own.at(-1)![0] : 0,
  };
}

/** Of (a, a): where both sides move alike f stays equal to g, and the system is a better one. */
function selfProduct(problem: SolvedBySinkhorn, direction: FullDirection): VariableSlopes {
  const { geometry } = direction;
  const alike = !geometry || ("x" in geometry && geometry.x.every((value, at) => value === geometry.y[at]));
  if (!alike) return hessianProductOf(problem, direction, {});
  const change = potentialChange(problem, direction, {}, true);
  const total = problem.b.reduce((sum, mass) => sum + mass, 0);
  const excess = problem.epsilon * direction.b.reduce((sum, mass) => sum + mass, 0) + direction.epsilon * (total - 1);
  const ofMasses = change.f.map((value) => value + excess);
  return { a: ofMasses, b: ofMasses, ...geometrySlopesChange(problem, direction, change) };
}

/** Mass inputs have a row for each pair, the variables of kernels are shared. */
function collect(
  pairs: readonly (readonly Float64Array[])[],
  sizes: readonly number[],
  weight: (pair: number) => number,
): Float64Array[] {
  const sums = sizes.map((size) => new Float64Array(size));
  pairs.forEach((parts, pair) => {
    parts.forEach((part, slot) =>
      addTo(slot < 2 ? ofPair(sums[slot], pair, pairs.length) : sums[slot], part, weight(pair)),
    );
  });
  return sums;
}

function ofPair(values: Float64Array, pair: number, pairs: number): Float64Array {
  const length = values.length / pairs;
  return values.subarray(pair * length, (pair + 1) * length);
}

function overlap(part: Float64Array, direction: Float64Array, slot: number, pair: number, pairs: number): number {
  const own = slot < 2 ? ofPair(direction, pair, pairs) : direction;
  return part.reduce((sum, value, at) => sum + value * own[at], 0);
}

function unpackedNumbers(flat: tf.Tensor, sizes: readonly number[]): Float64Array[] {
  const all = Float64Array.from(flat.dataSync());
  let at = 0;
  return sizes.map((size) => all.subarray(at, (at += size)));
}
