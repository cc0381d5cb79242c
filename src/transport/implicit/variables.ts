import { InputError } from "../../errors.ts";
import { isGrid, type Geometry } from "../../geometry/geometry.ts";
import type { CostDirection, PlanSums } from "../../geometry/plan.ts";
import { float64Of, type Numbers } from "../../tensor/ndarray.ts";

/** Numbers for each variable of an entropic problem: a gradient, or a change of one along a direction. */
export interface VariableSlopes {
  /** [n] */
  readonly a: Float64Array;
  /** [m] */
  readonly b: Float64Array;
  /** [n, d] and [m, d], where the geometry has points that can move. */
  readonly points?: { readonly x: Float64Array; readonly y: Float64Array } | undefined;
  /** [n, m], where the cost was given as a matrix. */
  readonly cost?: Float64Array | undefined;
  readonly epsilon: number;
}

/** A direction in which the variables of a problem move. What is absent stays. */
export interface Direction {
  /** [n] and [m]; their sums should be equal, and what they differ by is taken out, see `balanced`. */
  readonly a?: Numbers;
  readonly b?: Numbers;
  /** [n, d] and [m, d] */
  readonly x?: Numbers;
  readonly y?: Numbers;
  /** [n, m] */
  readonly cost?: Numbers;
  readonly epsilon?: number;
}

/** A direction with its zeros filled in; `geometry` is absent where the cost stays. */
export interface FullDirection {
  readonly a: Float64Array;
  readonly b: Float64Array;
  readonly geometry: CostDirection | undefined;
  readonly epsilon: number;
}

/** Throws InputError unless the direction is one of the geometry's variables and finite. */
export function fullDirection(direction: Direction, geometry: Geometry): FullDirection {
  const [n, m] = geometry.shape;
  const { a, b, x, y, cost, epsilon = 0 } = direction;
  if (!Number.isFinite(epsilon)) throw new InputError(`direction: expected a finite epsilon, got ${epsilon}`);
  const points = x !== undefined || y !== undefined;
  const { coordinates } = geometry;
  if (points && (!coordinates || isGrid(geometry))) {
    throw new InputError("direction: x and y are those of a point cloud, and this geometry is none");
  }
  if (cost !== undefined && coordinates) {
    throw new InputError("direction: the cost follows from points here; give the direction of x and y instead");
  }
  const d = coordinates?.x.shape[1] ?? 0;
  return {
    ...balanced(filled(a, n, "a"), filled(b, m, "b")),
    geometry: points
      ? { x: filled(x, n * d, "x"), y: filled(y, m * d, "y") }
      : cost !== undefined
        ? { cost: filled(cost, n * m, "cost") }
        : undefined,
    epsilon,
  };
}

function filled(values: Numbers | undefined, length: number, name: string): Float64Array {
  if (values === undefined) return new Float64Array(length);
  const numbers = float64Of(values, `direction ${name}`);
  if (numbers.length !== length) {
    throw new InputError(`direction ${name}: expected ${length} numbers, got ${numbers.length}`);
  }
  const bad = numbers.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new InputError(`direction ${name}: expected finite numbers, got ${numbers[bad]} at index ${bad}`);
  return numbers;
}

/**
 * The nearest pair of equal sums: balanced problems have derivatives along these alone. It is also how gradients in a and b are made
 * unique, which are given up to a constant added to one and taken from the other: their sums are equal.
 */
export function balanced(a: Float64Array, b: Float64Array): { readonly a: Float64Array; readonly b: Float64Array } {
  const shift = (sumOf(a) - sumOf(b)) / (a.length + b.length);
  return shift === 0 ? { a, b } : { a: a.map((value) => value - shift), b: b.map((value) => value + shift) };
}

/** The sums in points or entries, each the first's plus `factor` times the second's. */
export function addSums(
  first: Pick<PlanSums, "points" | "cost">,
  second: Pick<PlanSums, "points" | "cost">,
  factor = 1,
): Pick<PlanSums, "points" | "cost"> {
  return {
    ...(first.points &&
      second.points && {
        points: {
          x: combine(first.points.x, second.points.x, factor),
          y: combine(first.points.y, second.points.y, factor),
        },
      }),
    ...(first.cost && second.cost && { cost: combine(first.cost, second.cost, factor) }),
  };
}

export function combine(first: Float64Array, second: Float64Array, factor: number): Float64Array {
  return first.map((value, index) => value + factor * second[index]);
}

export function sumOf(values: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += values[index];
  return sum;
}

/** <left, right>, passing over what is zero on the right: a potential without mass may be infinite. */
export function inner(left: Float64Array, right: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < right.length; index++) if (right[index] !== 0) sum += left[index] * right[index];
  return sum;
}
